/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.backend.core.frame.Frame;
import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes go in and come out in order, whatever the guest writes into the indices. */
class ByteRingTest {
    private static final RingLayout LAYOUT = RingLayout.CONSOLE_OUTPUT;

    private final Frame page = new Pages().page(3);
    private final ByteRing ring = new ByteRing(page, LAYOUT);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2047, 2048, 0x7FFF_FFFF, 0x8000_0000, -1, -2048})
    void bytesGoRoundTheEndAndIndicesRunOverTheirs(int start) {
        page.store32(LAYOUT.consumer(), start);
        page.store32(LAYOUT.producer(), start);
        byte[] bytes = new byte[2500];
        new Random(start).nextBytes(bytes);
        assertEquals(2048, ring.write(bytes, 0, bytes.length), "what fits");
        assertEquals(0, ring.write(bytes, 0, 1), "full");
        assertEquals(2048, ring.filled());
        byte[] out = new byte[2048];
        assertEquals(1000, ring.read(out, 0, 1000));
        assertEquals(452, ring.write(bytes, 2048, 452));
        assertEquals(1048, ring.read(out, 1000, 1048));
        assertArrayEquals(java.util.Arrays.copyOf(bytes, 2048), out);
        assertEquals(452, ring.filled());
        assertEquals(start + 2500, page.load32(LAYOUT.producer()));
        assertEquals(start + 2048, page.load32(LAYOUT.consumer()));
    }

    @ParameterizedTest
    @CsvSource({"0,2049", "1,0", "0,0x80000000", "0x7FFFFFFF,0xFFFFFFFF", "100,99"})
    void nothingIsDoneIfTheIndicesAreTooFarApart(String consumer, String producer) {
        page.store32(LAYOUT.consumer(), Long.decode(consumer).intValue());
        page.store32(LAYOUT.producer(), Long.decode(producer).intValue());
        assertEquals(ByteRing.CORRUPT, ring.filled());
        assertEquals(0, ring.read(new byte[10], 0, 10));
        assertEquals(0, ring.write(new byte[10], 0, 10));
        assertEquals(Long.decode(consumer).intValue(), page.load32(LAYOUT.consumer()));
        assertEquals(Long.decode(producer).intValue(), page.load32(LAYOUT.producer()));
        ring.clear();
        assertEquals(0, ring.filled());
    }

    @Test
    void aRingIsAQueue() {
        Random random = new Random(11);
        ArrayDeque<Byte> reference = new ArrayDeque<>();
        byte[] bytes = new byte[3000];
        for (int round = 0; round < 2000; round++) {
            int count = random.nextInt(bytes.length);
            if (random.nextBoolean()) {
                random.nextBytes(bytes);
                int put = ring.write(bytes, 0, count);
                assertEquals(Math.min(count, LAYOUT.size() - reference.size()), put);
                for (int i = 0; i < put; i++) {
                    reference.add(bytes[i]);
                }
            } else {
                int taken = ring.read(bytes, 0, count);
                assertEquals(Math.min(count, reference.size()), taken);
                for (int i = 0; i < taken; i++) {
                    assertEquals(reference.remove(), bytes[i]);
                }
            }
        }
    }

    @Test
    void onlyTheRingAndItsIndicesAreTouched() {
        for (int i = 0; i < 4096; i++) {
            page.store8(i, 0x5A);
        }
        ring.clear();
        ring.write(new byte[2048], 0, 2048);
        for (int i = 0; i < 4096; i++) {
            boolean own = i >= 0x400 && i < 0xC00 || i >= 0xC08 && i < 0xC10;
            assertTrue(own || page.load8(i) == 0x5A, Integer.toHexString(i));
        }
    }

    @Test
    void aSizeIsAPowerOfTwo() {
        assertThrows(IllegalArgumentException.class, () -> new RingLayout(0, 1000, 1004, 1008));
    }
}
