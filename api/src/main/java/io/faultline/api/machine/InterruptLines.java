/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.machine;

import io.faultline.api.arm64.InterruptId;

/**
 * The input lines of the interrupt controller that belong to no vCPU: shared peripheral interrupts (SPIs). The devices of
 * a VMM are wired to them.
 *
 * <p>A line is a level. Whether the guest sees a level or an edge is what it has configured in the interrupt controller:
 * an edge-triggered interrupt becomes pending when its line rises. Lines are low at first and after
 * {@link Machine#reset()}; they are part of the saved state.
 *
 * <p>Called by the thread that drives the machine, never while a vCPU runs.
 *
 * @since 0.1
 */
public interface InterruptLines {
    /**
     * Returns how many lines there are.
     *
     * @return the number of SPIs; their INTIDs are 32 to 31 + this number
     */
    int count();

    /**
     * Drives a line.
     *
     * @param interrupt an SPI, INTID 32 to 31 + {@link #count()}
     * @param high the level from now on
     * @throws io.faultline.api.error.HypervisorException with INVALID_ARGUMENT if there is no such line
     */
    void setLevel(InterruptId interrupt, boolean high);

    /**
     * Returns the level of a line.
     *
     * @param interrupt an SPI, INTID 32 to 31 + {@link #count()}
     * @return true for high
     * @throws io.faultline.api.error.HypervisorException with INVALID_ARGUMENT if there is no such line
     */
    boolean isHigh(InterruptId interrupt);
}
