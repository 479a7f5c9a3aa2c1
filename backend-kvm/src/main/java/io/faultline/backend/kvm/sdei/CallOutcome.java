/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

/**
 * What a call does to the caller: a value in X0, or nothing, since the caller goes on elsewhere.
 *
 * @param returns true if X0 receives {@code value}
 * @param value the value, 64 bits; errors are negative (SDEI-004)
 * @since 0.1
 */
public record CallOutcome(boolean returns, long value) {
    /** The registers are already those of the context that goes on. */
    public static final CallOutcome NO_RETURN = new CallOutcome(false, 0);

    /**
     * Makes the outcome of a call that returns.
     *
     * @param value X0 after the call
     * @return the outcome
     */
    public static CallOutcome of(long value) {
        return new CallOutcome(true, value);
    }
}
