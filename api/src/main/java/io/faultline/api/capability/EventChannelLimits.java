/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.capability;

/**
 * How many event channels a guest has. Everything else that a guest needs to know it asks by hypercall.
 *
 * @param highestPort the highest port number that a domain may use, in either ABI; at least 1, at most 131071. In the
 *     two-level ABI no number above 4095 can be used in any case
 * @since 0.1
 */
public record EventChannelLimits(int highestPort) {
    /** The highest port number of the two-level ABI. */
    public static final int TWO_LEVEL = 4095;
    /** The highest port number of the FIFO ABI. */
    public static final int FIFO = 131_071;

    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException if the number is out of range
     */
    public EventChannelLimits {
        if (highestPort < 1 || highestPort > FIFO) {
            throw new IllegalArgumentException("highest port " + highestPort + " is outside 1 to " + FIFO);
        }
    }
}
