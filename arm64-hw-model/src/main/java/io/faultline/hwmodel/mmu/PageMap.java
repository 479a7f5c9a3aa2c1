/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import java.util.Arrays;

/** Pages and where they lead, by ascending address; found by halving, without a word of garbage. */
final class PageMap {
    private long[] pages = new long[8];
    private long[] frames = new long[8];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    long get(long page, long otherwise) {
        int at = Arrays.binarySearch(pages, 0, size, page);
        return at < 0 ? otherwise : frames[at];
    }

    void put(long page, long frame) {
        int at = Arrays.binarySearch(pages, 0, size, page);
        if (at < 0) {
            at = -at - 1;
            if (size == pages.length) {
                pages = Arrays.copyOf(pages, 2 * size);
                frames = Arrays.copyOf(frames, 2 * size);
            }
            System.arraycopy(pages, at, pages, at + 1, size - at);
            System.arraycopy(frames, at, frames, at + 1, size - at);
            pages[at] = page;
            size++;
        }
        frames[at] = frame;
    }

    void remove(long page) {
        int at = Arrays.binarySearch(pages, 0, size, page);
        if (at >= 0) {
            size--;
            System.arraycopy(pages, at + 1, pages, at, size - at);
            System.arraycopy(frames, at + 1, frames, at, size - at);
        }
    }

    void clear() {
        size = 0;
    }

    long[] pages() {
        return Arrays.copyOf(pages, size);
    }

    long[] frames() {
        return Arrays.copyOf(frames, size);
    }
}
