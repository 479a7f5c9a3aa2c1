/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.memory;

import io.faultline.api.arm64.PageSize;
import java.util.Arrays;

/**
 * The bytes of one page that are watched. Most stores to such a page miss them, which one look at a map tells; one that hits
 * looks at the watches of its own bytes and not at the others.
 */
final class WatchedBytes {
    /** One bit for each byte of the page. */
    private final long[] map = new long[PageSize.BYTES / Long.SIZE];

    /** Ascending; of several watches of one byte the oldest is first. */
    private int[] offsets = new int[1];

    private ByteWatch[] watches = new ByteWatch[1];
    private int size;

    void add(int offset, ByteWatch watch) {
        if (size == offsets.length) {
            offsets = Arrays.copyOf(offsets, 2 * size);
            watches = Arrays.copyOf(watches, 2 * size);
        }
        int at = firstFrom(offset + 1);
        System.arraycopy(offsets, at, offsets, at + 1, size - at);
        System.arraycopy(watches, at, watches, at + 1, size - at);
        offsets[at] = offset;
        watches[at] = watch;
        size++;
        map[offset / Long.SIZE] |= 1L << offset;
    }

    /** Forgets one watch, if it is there. */
    void remove(int offset, ByteWatch watch) {
        int kept = 0;
        map[offset / Long.SIZE] &= ~(1L << offset);
        for (int i = 0; i < size; i++) {
            if (offsets[i] == offset && watches[i].equals(watch)) {
                continue;
            }
            offsets[kept] = offsets[i];
            watches[kept++] = watches[i];
        }
        size = kept;
        for (int i = 0; i < size; i++) {
            map[offsets[i] / Long.SIZE] |= 1L << offsets[i];
        }
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Whether one of a number of bytes is watched. */
    boolean contains(int offset, int length) {
        if (length > Long.SIZE) {
            return containsMany(offset, offset + length);
        }
        long bits = -1L >>> Long.SIZE - length;
        int word = offset / Long.SIZE;
        boolean crosses = offset % Long.SIZE + length > Long.SIZE;
        return (map[word] & bits << offset) != 0 || crosses && (map[word + 1] & bits >>> -offset) != 0;
    }

    private boolean containsMany(int offset, int end) {
        int first = firstFrom(offset);
        return first < size && offsets[first] < end;
    }

    /** Position of the first watch of a byte from an offset on. */
    private int firstFrom(int offset) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (offsets[middle] < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Whether a store of at most 8 bytes makes a watched byte other than zero that is zero. */
    boolean raises(byte[] bytes, int offset, int length, long value) {
        return contains(offset, length) && raisesOne(bytes, offset, length, value);
    }

    private boolean raisesOne(byte[] bytes, int offset, int length, long value) {
        for (int i = 0; i < length; i++) {
            if (bytes[offset + i] == 0 && (byte) (value >>> 8 * i) != 0 && contains(offset + i, 1)) {
                return true;
            }
        }
        return false;
    }

    void written(byte[] bytes, int offset, int length) {
        if (contains(offset, length)) {
            for (int i = firstFrom(offset); i < size && offsets[i] < offset + length; i++) {
                watches[i].written(bytes[offsets[i]] & 0xFF);
            }
        }
    }
}
