/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.device;

/**
 * The output of a device that interrupts the guest.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface InterruptLine {
    /** A line that goes nowhere. */
    InterruptLine NONE = high -> {};

    /**
     * Drives the line.
     *
     * @param high the level from now on
     */
    void set(boolean high);
}
