/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

/**
 * Before which guest operations a machine is saved, thrown away and restored into a fresh one.
 *
 * @param first number of the first operation to cut before; the first operation of a scenario is 1; 0 for no cut
 * @param onlyOnce whether to cut only there, or before every later operation too
 * @since 0.1
 */
public record CutPlan(long first, boolean onlyOnce) {
    /** No cut. */
    public static final CutPlan NONE = new CutPlan(0, true);

    /** A cut before every operation. */
    public static final CutPlan EVERYWHERE = new CutPlan(1, false);

    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException if the number is negative
     */
    public CutPlan {
        if (first < 0) {
            throw new IllegalArgumentException("operation " + first + " is negative");
        }
    }

    /**
     * Makes a plan with one cut.
     *
     * @param operation number of the operation to cut before, at least 1
     * @return the plan
     */
    public static CutPlan before(long operation) {
        return new CutPlan(operation, true);
    }

    boolean cutsBefore(long operation) {
        return first != 0 && (onlyOnce ? operation == first : operation >= first);
    }
}
