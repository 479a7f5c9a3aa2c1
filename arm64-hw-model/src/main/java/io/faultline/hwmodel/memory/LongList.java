/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.memory;

import java.util.Arrays;

/** A growing array of longs without boxing. */
final class LongList {
    private long[] elements = new long[16];
    private int size;

    void add(long element) {
        if (size == elements.length) {
            elements = Arrays.copyOf(elements, size * 2);
        }
        elements[size++] = element;
    }

    long[] toArray() {
        return Arrays.copyOf(elements, size);
    }
}
