/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import java.util.Arrays;
import java.util.Optional;

/** What guests and the VMM were told in each step. */
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

    /** Says where others, of the same sequence, are not the same. */
    Optional<String> difference(Answers others, String here, String there) {
        for (int i = 0; i < Math.min(size, others.size); i++) {
            if (steps[i] != others.steps[i] || values[i] != others.values[i]) {
                return Optional.of("step " + steps[i] + " says " + Long.toHexString(values[i]) + " " + here + " and "
                        + Long.toHexString(others.values[i]) + " " + there);
            }
        }
        return size == others.size
                ? Optional.empty()
                : Optional.of("somebody is told " + size + " things " + here + " and " + others.size + " " + there);
    }
}
