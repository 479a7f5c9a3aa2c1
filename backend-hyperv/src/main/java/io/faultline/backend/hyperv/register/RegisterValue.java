/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.register;

/**
 * A value of a register: 128 bits. Registers of 64 bits leave the upper half zero (HV-048).
 *
 * @since 0.1
 */
public final class RegisterValue {
    private long low;
    private long high;

    /** Makes zero. */
    public RegisterValue() {}

    /**
     * Sets the value.
     *
     * @param lower bits 63:0
     */
    public void set(long lower) {
        set(lower, 0);
    }

    /**
     * Sets the value.
     *
     * @param lower bits 63:0
     * @param upper bits 127:64
     */
    public void set(long lower, long upper) {
        low = lower;
        high = upper;
    }

    /**
     * Returns the lower half.
     *
     * @return bits 63:0
     */
    public long low() {
        return low;
    }

    /**
     * Returns the upper half.
     *
     * @return bits 127:64
     */
    public long high() {
        return high;
    }
}
