/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import java.util.List;
import java.util.Optional;

/**
 * How a guest is told, and what of the interface depends on it (async-page-fault.md, 3.5 and 3.8).
 *
 * @since 0.1
 */
public enum ApfRoute {
    /** Not-present by SDEI event, ready by PPI: the series of 2021. */
    SDEI(
            "kvm-sdei",
            2,
            0x3C,
            ApfFunction.VERSION,
            ApfFunction.SLOTS,
            ApfFunction.SDEI,
            ApfFunction.IRQ,
            ApfFunction.ENABLE,
            ApfFunction.IRQ_ACK),
    /** Both by one PPI: the variant of 2026, and a reply. */
    PPI(
            "kvm-ppi",
            66,
            0x3E,
            ApfFunction.VERSION,
            ApfFunction.SLOTS,
            ApfFunction.IRQ,
            ApfFunction.ENABLE,
            ApfFunction.IRQ_ACK,
            ApfFunction.REPLY);

    private final String mechanism;
    private final int number;
    private final long reserved;
    private final List<ApfFunction> functions;

    ApfRoute(String mechanism, int number, long reserved, ApfFunction... functions) {
        this.mechanism = mechanism;
        this.number = number;
        this.reserved = reserved;
        this.functions = List.of(functions);
    }

    /**
     * Returns the name of the mechanism.
     *
     * @return the name that capabilities and guest drivers have
     */
    public String mechanism() {
        return mechanism;
    }

    /**
     * Returns the function that the model of this route uses.
     *
     * @return number within the vendor-specific hypervisor service
     */
    public int number() {
        return number;
    }

    /**
     * Returns which bits of the control word must be zero.
     *
     * @return a mask
     */
    public long reserved() {
        return reserved;
    }

    /**
     * Tells whether not-present comes by SDEI event.
     *
     * @return true if it needs an event
     */
    public boolean needsEvent() {
        return this == SDEI;
    }

    /**
     * Lists the sub-functions.
     *
     * @return the sub-functions; the index of each is its number
     */
    public List<ApfFunction> functions() {
        return functions;
    }

    /**
     * Finds the sub-function with a number.
     *
     * @param index the number as W1 carries it
     * @return the sub-function; empty if there is none
     */
    public Optional<ApfFunction> function(int index) {
        return index >= 0 && index < functions.size() ? Optional.of(functions.get(index)) : Optional.empty();
    }
}
