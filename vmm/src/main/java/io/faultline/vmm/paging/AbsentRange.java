/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.paging;

import io.faultline.api.memory.MemoryRegion;
import java.util.Objects;

/**
 * Pages that are absent when the guest starts, and how long one takes to come.
 *
 * @param pages the pages
 * @param latencyNanos virtual nanoseconds from the request to the arrival, at least 0
 * @since 0.1
 */
public record AbsentRange(MemoryRegion pages, long latencyNanos) {
    /** The latency when nobody says otherwise: 20 microseconds, as of a fast solid-state disk. */
    public static final long DEFAULT_LATENCY_NANOS = 20_000;

    /**
     * Checks the latency.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public AbsentRange {
        Objects.requireNonNull(pages, "pages");
        if (latencyNanos < 0) {
            throw new IllegalArgumentException("a latency of " + latencyNanos + " ns is negative");
        }
    }

    /**
     * Makes a range with the default latency.
     *
     * @param pages the pages
     * @return the range
     */
    public static AbsentRange of(MemoryRegion pages) {
        return new AbsentRange(pages, DEFAULT_LATENCY_NANOS);
    }
}
