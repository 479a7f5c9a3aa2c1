/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.paging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.memory.MemoryRegion;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PageSetTest {
    private static final List<MemoryRegion> MEMORY =
            List.of(MemoryRegion.ram(0, 0x4000), MemoryRegion.ram(0x4000_0000L, 0x8000));

    private final PageSet set = new PageSet(MEMORY);

    @Test
    void hasWhatWasAddedAndNotWhatWasRemoved() {
        assertTrue(set.add(0x1000));
        assertFalse(set.add(0x1000));
        assertTrue(set.add(0x4000_7000L));
        assertEquals(2, set.size());
        assertTrue(set.contains(0x1000));
        assertFalse(set.contains(0x1001));
        assertFalse(set.contains(0x5000));
        assertTrue(set.remove(0x1000));
        assertFalse(set.remove(0x1000));
        assertFalse(set.remove(0x9999_9999L));
        assertEquals(1, set.size());
        set.clear();
        assertTrue(set.isEmpty());
    }

    @Test
    void coversWholePagesOfItsRegions() {
        assertTrue(set.covers(0x3000));
        assertFalse(set.covers(0x3001));
        assertFalse(set.covers(0x4000));
        assertFalse(set.covers(-0x1000));
        assertThrows(IllegalArgumentException.class, () -> set.add(0x4000));
    }

    @Test
    void findsTheNextPageAcrossRegions() {
        set.add(0x1000);
        set.add(0x4000_2000L);
        assertEquals(OptionalLong.of(0x1000), set.ceiling(0));
        assertEquals(OptionalLong.of(0x1000), set.ceiling(0xFFF));
        assertEquals(OptionalLong.of(0x1000), set.ceiling(0x1000));
        assertEquals(OptionalLong.of(0x4000_2000L), set.ceiling(0x1001));
        assertEquals(OptionalLong.empty(), set.ceiling(0x4000_2001L));
        assertEquals(OptionalLong.empty(), set.ceiling(Long.MAX_VALUE));
    }

    @Test
    void runsAreAsLongAsCanBe() {
        for (long page : new long[] {0x0000, 0x1000, 0x3000, 0x4000_0000L, 0x4000_1000L}) {
            set.add(page);
        }
        List<PageSet.Run> runs =
                List.of(new PageSet.Run(0, 2), new PageSet.Run(0x3000, 1), new PageSet.Run(0x4000_0000L, 2));
        assertEquals(runs, set.runs());
        PageSet again = set.none();
        runs.forEach(again::addAll);
        List<Long> pages = new ArrayList<>();
        again.forEach(pages::add);
        assertEquals(List.of(0L, 0x1000L, 0x3000L, 0x4000_0000L, 0x4000_1000L), pages);
        assertEquals(5, again.size());
    }

    @Test
    void aCopyIsASetOfItsOwn() {
        set.add(0x1000);
        PageSet copy = set.copy();
        set.add(0x2000);
        assertEquals(1, copy.size());
        assertFalse(copy.contains(0x2000));
    }

    @Test
    void refusesRunsThatLeaveTheirRegionOrComeTwice() {
        assertThrows(IllegalArgumentException.class, () -> set.addAll(new PageSet.Run(0x3000, 2)));
        assertThrows(IllegalArgumentException.class, () -> set.addAll(new PageSet.Run(0x1000, 0)));
        assertThrows(IllegalArgumentException.class, () -> set.addAll(new PageSet.Run(0x1000, -1)));
        assertThrows(IllegalArgumentException.class, () -> set.addAll(new PageSet.Run(0x1001, 1)));
        assertThrows(IllegalArgumentException.class, () -> set.addAll(new PageSet.Run(0x8000, 1)));
        assertThrows(IllegalArgumentException.class, () -> set.addAll(new PageSet.Run(0, Integer.MAX_VALUE)));
        set.addAll(new PageSet.Run(0x1000, 1));
        assertThrows(IllegalArgumentException.class, () -> set.addAll(new PageSet.Run(0, 2)));
        set.addAll(new PageSet.Run(0, 1));
        assertEquals(2, set.size());
    }
}
