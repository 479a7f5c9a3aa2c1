/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.machine;

import java.util.OptionalLong;

/**
 * Time inside a machine: a function of executed instructions and of the skips that the VMM makes while all vCPUs idle.
 *
 * @since 0.1
 */
public interface VirtualClock {
    /**
     * Returns the time.
     *
     * @return nanoseconds, 0 when the machine is built. Running and skipping never decrease it; {@link Machine#reset()}
     *     sets it to 0 again, and {@link Machine#restore} to the time of the saved state
     */
    long nanos();

    /**
     * Returns when something will happen by itself: a timer fires or a page source answers.
     *
     * @return virtual time in nanoseconds, possibly in the past; empty if nothing is due
     */
    OptionalLong nextDeadline();

    /**
     * Moves time forward; for a VMM whose vCPUs are all idle.
     *
     * @param nanos the new time; a time in the past changes nothing
     */
    void skipTo(long nanos);
}
