/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.error.HypervisorException;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.ring.Pages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The wall clock in shared_info, and the settings of memory. */
class WallClockTest {
    private final Frame page = new Pages().page(0);
    private final WallClock clock = new WallClock(page);

    @Test
    void theTimeIsInFourFields() {
        clock.set(0x12_3456_789AL, 987_654_321);
        assertEquals(2, page.load32(0x430));
        assertEquals(0x3456_789A, page.load32(0x434));
        assertEquals(987_654_321, page.load32(0x438));
        assertEquals(0x12, page.load32(0x43C));
        clock.set(1, 0);
        assertEquals(4, page.load32(0x430));
        assertEquals(0, page.load32(0x43C));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 7, -1, -2})
    void theVersionEndsEvenWhateverTheGuestWroteThere(int version) {
        page.store32(0x430, version);
        clock.set(1, 2);
        assertEquals(0, page.load32(0x430) & 1);
        assertEquals(true, page.load32(0x430) != version);
    }

    @Test
    void aTimeIsATime() {
        assertThrows(IllegalArgumentException.class, () -> clock.set(-1, 0));
        assertThrows(IllegalArgumentException.class, () -> clock.set(0, -1));
        assertThrows(IllegalArgumentException.class, () -> clock.set(0, 1_000_000_000));
    }

    private static MemorySettings settings(String text) {
        return MemorySettings.of(Pages.configuration(MemorySettings.settings(), text));
    }

    @Test
    void settingsAreRead() {
        assertEquals(new MemorySettings(MemorySettings.Remap.BUSY, 64, 0), settings(""));
        assertEquals(
                new MemorySettings(MemorySettings.Remap.MOVES, 1, 1_600_000_000L),
                settings("xen.remap=moves,xen.grant-frames=1,xen.epoch=1600000000"));
        assertThrows(HypervisorException.class, () -> settings("xen.grant-frames=0"));
        assertThrows(HypervisorException.class, () -> settings("xen.epoch=-1"));
        MemorySettings.Remap busy = MemorySettings.Remap.BUSY;
        assertThrows(IllegalArgumentException.class, () -> new MemorySettings(busy, 65, 0));
        assertThrows(IllegalArgumentException.class, () -> new MemorySettings(busy, 1, -1));
    }
}
