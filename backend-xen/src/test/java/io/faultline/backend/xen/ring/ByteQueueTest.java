/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A queue takes what fits and gives it back in order. */
class ByteQueueTest {
    @Test
    void aQueueIsAQueue() {
        Random random = new Random(5);
        ByteQueue queue = new ByteQueue(1000);
        ArrayDeque<Byte> reference = new ArrayDeque<>();
        byte[] bytes = new byte[700];
        for (int round = 0; round < 3000; round++) {
            random.nextBytes(bytes);
            int count = random.nextInt(bytes.length);
            if (random.nextBoolean()) {
                int put = queue.add(bytes, 0, count);
                assertEquals(Math.min(count, 1000 - reference.size()), put);
                for (int i = 0; i < put; i++) {
                    reference.add(bytes[i]);
                }
            } else {
                int taken = Math.min(count, queue.size());
                queue.peek(bytes, 0, taken);
                queue.drop(taken);
                for (int i = 0; i < taken; i++) {
                    assertEquals(reference.remove(), bytes[i]);
                }
            }
            assertEquals(reference.size(), queue.size());
            assertEquals(1000 - reference.size(), queue.room());
        }
    }

    @Test
    void everythingCanBeTakenAtOnce() {
        ByteQueue queue = new ByteQueue(4);
        assertArrayEquals(new byte[0], queue.takeAll());
        assertEquals(4, queue.add(new byte[] {1, 2, 3, 4, 5}, 0, 5));
        assertArrayEquals(new byte[] {1, 2, 3, 4}, queue.toArray());
        assertArrayEquals(new byte[] {1, 2, 3, 4}, queue.takeAll());
        assertEquals(0, queue.size());
    }

    @Test
    void moreThanThereIsCannotBeTaken() {
        ByteQueue queue = new ByteQueue(4);
        assertThrows(IndexOutOfBoundsException.class, () -> queue.drop(1));
        assertThrows(IndexOutOfBoundsException.class, () -> queue.peek(new byte[9], 0, 1));
    }
}
