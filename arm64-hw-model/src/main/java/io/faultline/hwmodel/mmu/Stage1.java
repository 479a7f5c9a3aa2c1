/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import io.faultline.api.arm64.AccessKind;

/**
 * A stage 1 translation regime of EL1 and EL0: virtual to intermediate physical addresses, and what kind of memory it is.
 *
 * @since 0.1
 */
public interface Stage1 {
    /** Largest intermediate physical address plus one: 48 bits (ID_AA64MMFR0_EL1.PARange). */
    long ADDRESS_LIMIT = 1L << 48;

    /** What {@link #translate} returns, instead of an address, when the access faults. */
    long FAULT = -1;

    /**
     * Translates.
     *
     * @param virtualAddress address of the access
     * @param access kind of the access
     * @return the intermediate physical address, below {@link #ADDRESS_LIMIT}; or {@link #FAULT}
     */
    long translate(long virtualAddress, AccessKind access);

    /**
     * Returns what was wrong when {@link #translate} last returned {@link #FAULT}.
     *
     * @return fault status code with level
     */
    int faultStatus();

    /**
     * Tells whether data accesses are to Device memory, where every access must be aligned.
     *
     * @param virtualAddress an address that {@link #translate} accepts
     * @return true for Device memory
     */
    boolean isDevice(long virtualAddress);
}
