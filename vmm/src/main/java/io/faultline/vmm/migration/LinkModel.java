/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.migration;

import java.util.OptionalLong;

/**
 * How long pages take in the virtual time of the target.
 *
 * <p>Without a latency, pages come when they come: virtual time does not know how long the host waited. With one, a page
 * that the guest waits for comes exactly so much later, and a page of the background every {@code pageNanos}; the host
 * stops the machine where the data is late. Then the run is deterministic: nothing that the connection does changes what
 * the guest sees.
 *
 * @param latencyNanos virtual nanoseconds from a request to the arrival, at least 0; empty for the connection's own
 * @param pageNanos virtual nanoseconds from one page of the background to the next, at least 1; used with a latency
 * @since 0.1
 */
public record LinkModel(OptionalLong latencyNanos, long pageNanos) {
    /** Time of a page on a link with 10 Gbit/s: 4096 bytes in 3277 ns. */
    public static final long TEN_GIGABIT = 3277;

    /** The connection as it is. */
    public static final LinkModel REAL = new LinkModel(OptionalLong.empty(), TEN_GIGABIT);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is outside its range
     */
    public LinkModel {
        if (latencyNanos.isPresent() && latencyNanos.getAsLong() < 0) {
            throw new IllegalArgumentException("a latency of " + latencyNanos.getAsLong() + " ns is negative");
        }
        if (pageNanos < 1) {
            throw new IllegalArgumentException("a page every " + pageNanos + " ns is less than 1");
        }
    }

    /**
     * Makes a deterministic model.
     *
     * @param latencyNanos virtual nanoseconds from a request to the arrival, at least 0
     * @return the model
     */
    public static LinkModel withLatency(long latencyNanos) {
        return new LinkModel(OptionalLong.of(latencyNanos), TEN_GIGABIT);
    }
}
