/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.machine;

/**
 * How long a vCPU may run before it hands control back.
 *
 * @param instructions largest number of instructions to execute, counted as {@link Vcpu#retired()} counts; at least 1
 * @since 0.1
 */
public record RunBudget(long instructions) {
    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException if the number is less than 1
     */
    public RunBudget {
        if (instructions < 1) {
            throw new IllegalArgumentException("a run budget of " + instructions + " instructions is less than 1");
        }
    }

    /**
     * Makes a budget.
     *
     * @param count at least 1
     * @return the budget
     */
    public static RunBudget instructions(long count) {
        return new RunBudget(count);
    }
}
