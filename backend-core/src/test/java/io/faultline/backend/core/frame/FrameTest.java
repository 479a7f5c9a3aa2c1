/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.hwmodel.memory.ExclusiveMonitor;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.memory.RamRegion;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameTest {
    private static final long RAM = 0x4000_0000L;
    private static final long PAGE = RAM + 0x3000;

    private final GuestRam ram = new GuestRam(List.of(new RamRegion(RAM, 0x1_0000)));
    private final Frame frame = new Frame(ram, PAGE);

    @ParameterizedTest
    @ValueSource(longs = {PAGE + 8, RAM - 0x1000, RAM + 0x1_0000, -1})
    void onlyAPageOfMemoryIsAFrame(long address) {
        assertThrows(IllegalArgumentException.class, () -> new Frame(ram, address));
    }

    @Test
    void everyWidthIsReadAndWrittenWhereItIs() {
        frame.store64(4088, 0x1122_3344_5566_7788L);
        frame.store32(4092, 0xCAFE_F00D);
        frame.store8(0, 0x1FF);
        assertEquals(0xCAFE_F00D_5566_7788L, frame.load64(4088));
        assertEquals(0x5566_7788, frame.load32(4088));
        assertEquals(0xFF, frame.load8(0));
        assertEquals(0xCA, frame.load8(4095));
        assertEquals(0xCAFE_F00DL, ram.load(PAGE + 4092, AccessWidth.WORD));
        byte[] copy = new byte[3];
        frame.write(16, new byte[] {9, 1, 2, 3}, 1, 3);
        frame.read(16, copy, 0, 3);
        assertArrayEquals(new byte[] {1, 2, 3}, copy);
        assertThrows(IndexOutOfBoundsException.class, () -> frame.load32(4093));
        assertThrows(IndexOutOfBoundsException.class, () -> frame.store64(4089, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> frame.load8(-1));
    }

    @Test
    void bitsAreSetAndClearedTogether() {
        assertFalse(frame.testAndSet64(8, 5));
        assertFalse(frame.testAndSet64(8, 2));
        assertTrue(frame.testAndSet64(8, 7));
        assertTrue(frame.testAndClear64(8, 12));
        assertFalse(frame.testAndClear64(8, 12));
        assertEquals(3, frame.load64(8));
        assertFalse(frame.testAndSet32(12, 1 << 31));
        assertTrue(frame.testAndSet32(12, 1 << 31));
        assertEquals(0x8000_0000_0000_0003L, frame.load64(8));
        assertTrue(frame.testAndClear32(12, -1));
        assertFalse(frame.testAndClear32(12, -1));
    }

    @Test
    void readingAPageThatNobodyTouchedTakesNoMemory() {
        assertEquals(0, frame.load64(0) + frame.load32(0) + frame.load8(0));
        assertEquals(0, ram.allocatedPages());
        ram.store(PAGE, AccessWidth.WORD, 6);
        assertEquals(6, frame.load32(0));
    }

    @Test
    void whatIsKnownOfThePageIsFoundAgainWhenMemoryIsAnother() {
        frame.store32(0, 1);
        ram.reset();
        assertEquals(0, frame.load32(0), "the old content is gone");
        frame.store32(0, 2);
        assertEquals(2, ram.load(PAGE, AccessWidth.WORD));
        ram.reset();
        frame.store32(4, 3);
        assertEquals(3L << 32, ram.load(PAGE, AccessWidth.DOUBLEWORD));

        ram.makeAbsent(PAGE);
        ram.page(RAM + 0x5000);
        assertEquals(
                ErrorId.PAGE_ABSENT,
                assertThrows(HypervisorException.class, () -> frame.load32(4)).id());
        assertEquals(
                ErrorId.PAGE_ABSENT,
                assertThrows(HypervisorException.class, () -> frame.store8(4, 9))
                        .id());
        assertEquals(0, ram.load(RAM + 0x5000, AccessWidth.DOUBLEWORD), "another page has its place");
        byte[] content = new byte[4096];
        content[4] = 7;
        ram.makeResident(PAGE, content);
        assertEquals(7, frame.load8(4));
    }

    @Test
    void whoWatchesOrReservesMemoryNotices() {
        List<Integer> seen = new ArrayList<>();
        ram.watchByte(PAGE + 3, seen::add);
        ExclusiveMonitor monitor = ram.newMonitor();
        monitor.mark(PAGE + 64);
        frame.testAndSet32(0, 0x0500_0000);
        frame.testAndSet32(0, 0x0500_0000);
        assertTrue(monitor.isOpen());
        frame.store8(3, 8);
        frame.store8(64, 0);
        assertFalse(monitor.isOpen());
        assertEquals(List.of(5, 8), seen);
    }

    @Test
    void aPageThatIsKnownIsNotLookedUp() {
        frame.store8(0, 1);
        long before = ram.searches();
        for (int i = 0; i < 100; i++) {
            frame.store64(8, frame.load64(0) + 1);
            frame.store32(16, frame.load32(20) + frame.load8(3));
            frame.testAndSet32(24, i);
            frame.testAndClear64(24, i);
        }
        assertEquals(before, ram.searches());
    }

    @Test
    void framesAreEqualIfTheyAreTheSamePage() {
        frame.store8(0, 1);
        assertEquals(new Frame(ram, PAGE), frame);
        assertEquals(new Frame(ram, PAGE).hashCode(), frame.hashCode());
        assertNotEquals(new Frame(ram, PAGE + 0x1000), frame);
        assertNotEquals(new Frame(new GuestRam(ram.regions()), PAGE), frame);
        assertNotEquals(frame, PAGE);
        assertEquals("frame 0x40003000", frame.toString());
    }
}
