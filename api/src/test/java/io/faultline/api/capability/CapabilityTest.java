/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.capability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CapabilityTest {
    @Test
    void valuesAndAbsencesAreKept() {
        CapabilitySet set = CapabilitySet.builder()
                .with(Capabilities.VCPUS, 8)
                .with(Capabilities.SDEI, new SdeiLimits(0, 3, 3))
                .without(Capabilities.SDEI_BIND, "this version has no bind slots")
                .build();

        assertEquals(Optional.of(8), set.get(Capabilities.VCPUS));
        assertTrue(set.has(Capabilities.SDEI));
        assertTrue(set.has("sdei"));
        assertFalse(set.has(Capabilities.SDEI_BIND));
        assertEquals(Optional.of("this version has no bind slots"), set.absence(Capabilities.SDEI_BIND));
        assertEquals(Optional.empty(), set.absence(Capabilities.PPI));
        assertEquals(Optional.empty(), set.get(Capabilities.PPI));
        assertEquals(List.of("sdei", "vcpus"), List.copyOf(set.ids()));
        assertEquals(8, set.values().get("vcpus"));
        assertTrue(set.toString().contains("vcpus=8"));
    }

    @Test
    void theLastWordCounts() {
        CapabilitySet set = CapabilitySet.builder()
                .with(Capabilities.PPI, true)
                .without(Capabilities.PPI, "no")
                .without(Capabilities.PSCI, "no")
                .with(Capabilities.PSCI, true)
                .build();
        assertFalse(set.has(Capabilities.PPI));
        assertTrue(set.has(Capabilities.PSCI));
        assertEquals(Optional.empty(), set.absence(Capabilities.PSCI));
    }

    @Test
    void limitsAndIdsAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> new Capability<>("Bad Id", Integer.class, ""));
        assertThrows(IllegalArgumentException.class, () -> new SdeiLimits(2, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new SdeiLimits(-1, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new SdeiLimits(0, 1 << 16, 0));
        assertThrows(IllegalArgumentException.class, () -> new SdeiLimits(0, 0, -1));
        assertThrows(IllegalArgumentException.class, () -> new AsyncPageFaultLimits("x", 0, true, false));
        assertThrows(IllegalArgumentException.class, () -> new EventChannelLimits(0));
        assertThrows(IllegalArgumentException.class, () -> new EventChannelLimits(EventChannelLimits.FIFO + 1));
        assertEquals(1023, new EventChannelLimits(1023).highestPort());
        assertEquals(64, new AsyncPageFaultLimits("kvm-sdei", 64, true, true).slots());
    }
}
