/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.AccessWidth;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class MemoryTest {
    @Test
    void regionsAreWholePagesInside48Bits() {
        MemoryRegion region = MemoryRegion.ram(0x4000_0000L, 0x2000);
        assertTrue(region.writable());
        assertEquals(0x4000_2000L, region.end());
        assertEquals("[0x40000000, 0x40002000)", region.toString());
        assertEquals("[0x0, 0x1000) read-only", new MemoryRegion(0, 0x1000, false).toString());
        new MemoryRegion(MemoryRegion.ADDRESS_LIMIT - 0x1000, 0x1000, true);

        assertRefused("whole 4 KiB pages", 1, 0x1000);
        assertRefused("whole 4 KiB pages", 0, 0x1001);
        assertRefused("whole 4 KiB pages", 0, 0);
        assertRefused("whole 4 KiB pages", 0, -0x1000);
        assertRefused("leaves the 48-bit", MemoryRegion.ADDRESS_LIMIT, 0x1000);
        assertRefused("leaves the 48-bit", MemoryRegion.ADDRESS_LIMIT - 0x1000, 0x2000);
        assertRefused("leaves the 48-bit", -0x1000, 0x1000);
    }

    @Test
    void containmentDoesNotOverflow() {
        MemoryRegion region = MemoryRegion.ram(0x1000, 0x2000);
        assertTrue(region.contains(0x1000, 0x2000));
        assertTrue(region.contains(0x2FFF, 1));
        assertTrue(region.contains(0x3000, 0));
        assertFalse(region.contains(0x3000, 1));
        assertFalse(region.contains(0xFFF, 1));
        assertFalse(region.contains(0x1000, Long.MAX_VALUE));
        assertFalse(region.contains(Long.MAX_VALUE, 1));
        assertFalse(region.contains(0x1000, -1));
    }

    @Test
    void overlapIsSymmetric() {
        MemoryRegion region = MemoryRegion.ram(0x1000, 0x1000);
        MemoryRegion after = MemoryRegion.ram(0x2000, 0x1000);
        MemoryRegion around = MemoryRegion.ram(0, 0x4000);
        assertFalse(region.overlaps(after));
        assertFalse(after.overlaps(region));
        assertTrue(region.overlaps(around));
        assertTrue(around.overlaps(region));
    }

    @Test
    void valuesAreLittleEndian() {
        byte[] backing = new byte[16];
        GuestMemory memory = new ArrayMemory(backing);

        memory.store(1, AccessWidth.WORD, 0xFFFF_FFFF_8040_2010L);

        assertEquals(0x10, backing[1]);
        assertEquals((byte) 0x80, backing[4]);
        assertEquals(0, backing[5], "only four bytes are written");
        assertEquals(0x8040_2010L, memory.load(1, AccessWidth.WORD), "zero-extended");
        assertEquals(0x10, memory.load(1, AccessWidth.BYTE));
        assertEquals(0x2010, memory.load(1, AccessWidth.HALFWORD));
        memory.store(8, AccessWidth.DOUBLEWORD, -2);
        assertEquals(-2, memory.load(8, AccessWidth.DOUBLEWORD));
    }

    @Test
    void aRequestNamesAPage() {
        assertThrows(IllegalArgumentException.class, () -> new PageRequest(0x1001, 0, AccessKind.READ, 0));
        assertEquals(0x1000, new PageRequest(0x1000, -1, AccessKind.WRITE, 5).page());
    }

    @Test
    void aSourceNeedNotHaveAnythingAtOnce() {
        PageSource source = new PageSource() {
            @Override
            public void request(PageRequest request) {}

            @Override
            public void poll(long now, PageSink sink) {}

            @Override
            public OptionalLong nextArrival() {
                return OptionalLong.empty();
            }
        };
        assertFalse(source.fetchNow(0, new PageSink() {
            @Override
            public void arrived(long page, byte[] content) {
                throw new AssertionError("nothing was to arrive");
            }

            @Override
            public void failed(long page, String reason) {}

            @Override
            public void poisoned(long page) {}
        }));
    }

    private static void assertRefused(String words, long base, long bytes) {
        String message = assertThrows(IllegalArgumentException.class, () -> MemoryRegion.ram(base, bytes))
                .getMessage();
        assertTrue(message.contains(words), message);
    }

    private record ArrayMemory(byte[] backing) implements GuestMemory {
        @Override
        public List<MemoryRegion> regions() {
            return List.of();
        }

        @Override
        public void read(long address, byte[] target) {
            System.arraycopy(backing, (int) address, target, 0, target.length);
        }

        @Override
        public void write(long address, byte[] source) {
            System.arraycopy(source, 0, backing, (int) address, source.length);
        }

        @Override
        public PageResidency residency(long address) {
            return PageResidency.RESIDENT;
        }
    }
}
