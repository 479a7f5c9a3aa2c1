/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

/**
 * What happens to a PE's events when it is turned on or off (sdei.md, 3.9). Shared events stay registered whatever happens
 * to the PE that registered them (SDEI-180).
 *
 * @since 0.1
 */
public interface PowerRules {
    /**
     * A PE was turned on.
     *
     * @param pe the PE
     */
    void turnedOn(PeState pe);

    /**
     * A PE wakes from a power-down suspend: it is masked, and everything that is registered stays (SDEI-175).
     *
     * @param pe the PE
     */
    default void resumed(PeState pe) {
        pe.masked(true);
    }

    /**
     * A PE is being turned off.
     *
     * @param pe the PE
     */
    void turnedOff(PeState pe);
}
