/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.capability;

import java.util.Objects;

/**
 * How much asynchronous page faulting a backend offers to a guest.
 *
 * @param mechanism name of the guest interface, for example {@code kvm-sdei}
 * @param slots largest number of announced faults outstanding on one vCPU, at least 1
 * @param synchronousDelivery whether a not-present notification is taken before another instruction executes
 * @param needsEvent whether a request has to name an SDEI event for not-present; if not, it must not name one
 * @param needsInterrupt whether a request has to name a PPI; if not, it must not name one
 * @since 0.1
 */
public record AsyncPageFaultLimits(
        String mechanism, int slots, boolean synchronousDelivery, boolean needsEvent, boolean needsInterrupt) {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if {@code slots} is less than 1
     */
    public AsyncPageFaultLimits {
        Objects.requireNonNull(mechanism, "mechanism");
        if (slots < 1) {
            throw new IllegalArgumentException("slots is " + slots + ", must be at least 1");
        }
    }

    /**
     * Describes a mechanism that has an interrupt of its own.
     *
     * @param mechanism name of the guest interface
     * @param slots largest number of announced faults outstanding on one vCPU, at least 1
     * @param synchronousDelivery whether not-present is taken before another instruction executes
     * @param needsEvent whether a request has to name an SDEI event
     */
    public AsyncPageFaultLimits(String mechanism, int slots, boolean synchronousDelivery, boolean needsEvent) {
        this(mechanism, slots, synchronousDelivery, needsEvent, true);
    }
}
