/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.fuzz;

import java.util.Arrays;
import java.util.Optional;

/** What guests were told in a sequence, and at which step. */
final class Answers {
    private int[] steps = new int[64];
    private long[] values = new long[64];
    private int size;

    void add(int step, long value) {
        if (size == values.length) {
            steps = Arrays.copyOf(steps, 2 * size);
            values = Arrays.copyOf(values, 2 * size);
        }
        steps[size] = step;
        values[size] = value;
        size++;
    }

    /** Says where others, of the same sequence without absent pages, are not the same. */
    Optional<String> difference(Answers resident) {
        for (int i = 0; i < Math.min(size, resident.size); i++) {
            if (steps[i] != resident.steps[i] || values[i] != resident.values[i]) {
                return Optional.of("step " + steps[i] + " says " + values[i] + " with absent pages and "
                        + resident.values[i] + " without");
            }
        }
        return size == resident.size
                ? Optional.empty()
                : Optional.of(
                        "a guest is told " + size + " things with absent pages and " + resident.size + " without");
    }
}
