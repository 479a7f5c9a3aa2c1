/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

/**
 * A register of a synthetic interrupt source, SINT0 to SINT15 (hyperv.md 3.1).
 *
 * @since 0.1
 */
public final class Sint {
    /** Sources of a vCPU. */
    public static final int COUNT = 16;
    /** Bit of a source without interrupts. */
    public static final long MASKED = 1L << 16;
    /** Bit of a source that is polled. */
    public static final long POLLING = 1L << 18;
    /** Value after reset: masked. */
    public static final long RESET = MASKED;

    private static final int VECTOR = 0xFF;

    private Sint() {}

    /**
     * Returns the interrupt.
     *
     * @param sint value of the register
     * @return INTID, 0 to 255
     */
    public static int vector(long sint) {
        return (int) sint & VECTOR;
    }

    /**
     * Tells whether it is masked.
     *
     * @param sint value of the register
     * @return bit 16
     */
    public static boolean isMasked(long sint) {
        return (sint & MASKED) != 0;
    }
}
