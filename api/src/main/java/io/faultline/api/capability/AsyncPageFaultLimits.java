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
 * @since 0.1
 */
public record AsyncPageFaultLimits(String mechanism, int slots, boolean synchronousDelivery, boolean needsEvent) {
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
}
