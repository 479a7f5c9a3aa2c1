/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import java.util.Optional;

/**
 * What the interface can be asked, by X1 of its function (async-page-fault.md, 3.5). The ordinal is the number.
 *
 * @since 0.1
 */
public enum ApfFunction {
    /** X1 returns the version, 0x010000. */
    VERSION,
    /** X1 returns how many announced faults may be outstanding on a vCPU. */
    SLOTS,
    /** X1 returns the number of the SDEI event that carries not-present. */
    SDEI,
    /** X1 returns the INTID of the PPI that carries ready. */
    IRQ,
    /** Sets the control word of the calling vCPU: low half in X2, high half in X3. */
    ENABLE,
    /** Acknowledges ready. */
    IRQ_ACK;

    private static final ApfFunction[] FUNCTIONS = values();

    /**
     * Finds the sub-function with a number.
     *
     * @param number the number as W1 carries it
     * @return the sub-function; empty if there is none
     */
    public static Optional<ApfFunction> of(int number) {
        return number >= 0 && number < FUNCTIONS.length ? Optional.of(FUNCTIONS[number]) : Optional.empty();
    }
}
