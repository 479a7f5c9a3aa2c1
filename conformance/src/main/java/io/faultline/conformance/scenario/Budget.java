/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

/**
 * How much one check may do. Counted in virtual units, so that a slow computer changes no verdict.
 *
 * @param operations largest number of guest operations, at least 1
 * @param instructions largest number of instructions in free runs, at least 1
 * @since 0.1
 */
public record Budget(long operations, long instructions) {
    /** Enough for every check of the suite. */
    public static final Budget DEFAULT = new Budget(100_000, 10_000_000);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is less than 1
     */
    public Budget {
        if (operations < 1 || instructions < 1) {
            throw new IllegalArgumentException(
                    "a budget of " + operations + " operations and " + instructions + " instructions is too small");
        }
    }
}
