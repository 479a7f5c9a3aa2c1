/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

/**
 * What a guest needs to compute reference time by itself (hyperv.md 5.3): ((CNTVCT_EL0 * scale) &gt;&gt; 64) + offset.
 *
 * @since 0.1
 */
public interface TscParameters {
    /**
     * Returns the scale.
     *
     * @return ticks in a count, multiplied by 2^64; unsigned
     */
    long scale();

    /**
     * Returns the offset.
     *
     * @return ticks to add
     */
    long offset();

    /**
     * Returns the sequence after a change.
     *
     * @param sequence the one before
     * @return another one, not 0 and not 0xFFFFFFFF (HV-132)
     */
    int next(int sequence);
}
