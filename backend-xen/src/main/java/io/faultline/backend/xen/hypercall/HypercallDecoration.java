/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.hypercall;

/**
 * The place where one hypercall can be replaced or wrapped: it sees every number once, when a machine is made.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface HypercallDecoration {
    /** Stands for all numbers that no table has (XEN-002). */
    int ANY_OTHER = -1;

    /** Leaves every call as it is. */
    HypercallDecoration NONE = (number, call) -> call;

    /**
     * Returns the call to use.
     *
     * @param number its number, 0 to 63, or {@link #ANY_OTHER}
     * @param call the call as it is
     * @return the same, or another one in its place
     */
    Hypercall decorate(int number, Hypercall call);

    /**
     * Tells whether an HVC instruction is a hypercall (XEN-003).
     *
     * @param immediate 16 bits of the instruction, not 0
     * @return true if it is
     */
    default boolean isHypercall(int immediate) {
        return immediate == Hypercalls.TAG;
    }
}
