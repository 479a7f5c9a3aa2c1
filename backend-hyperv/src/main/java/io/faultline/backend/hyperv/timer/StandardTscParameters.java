/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

import jakarta.inject.Inject;

/**
 * Parameters for a counter that is always at the same frequency and starts together with reference time.
 *
 * @since 0.1
 */
public final class StandardTscParameters implements TscParameters {
    private static final int INVALID = 0xFFFF_FFFF;

    /** Makes the parameters. */
    @Inject
    public StandardTscParameters() {}

    /**
     * 2^64 * 4 / 25, rounded up: the error of the product is below what is missing to the next tick for every count up to 2^59,
     * more than virtual time has.
     */
    @Override
    public long scale() {
        long quarter = Long.divideUnsigned(-1, StandardReferenceTime.COUNTS);
        long rest = Long.remainderUnsigned(-1, StandardReferenceTime.COUNTS) + 1;
        return quarter * StandardReferenceTime.TICKS
                + (rest * StandardReferenceTime.TICKS + StandardReferenceTime.COUNTS - 1)
                        / StandardReferenceTime.COUNTS;
    }

    @Override
    public long offset() {
        return 0;
    }

    @Override
    public int next(int sequence) {
        int next = sequence + 1;
        return next == INVALID || next == 0 ? 1 : next;
    }
}
