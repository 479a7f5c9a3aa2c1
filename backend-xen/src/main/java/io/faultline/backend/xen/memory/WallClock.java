/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.memory;

import io.faultline.backend.core.frame.Frame;

/**
 * The wall clock in shared_info: the time at which the guest's counter read zero (xen.md 3.2, XEN-030). The guest adds its
 * counter, so the fields change only if somebody sets the clock.
 *
 * @since 0.1
 */
public final class WallClock {
    private static final int VERSION = 0x430;
    private static final int SECONDS = 0x434;
    private static final int NANOSECONDS = 0x438;
    private static final int SECONDS_HIGH = 0x43C;
    private static final int NANOS_PER_SECOND = 1_000_000_000;

    private final Frame sharedInfo;

    /**
     * Makes the clock.
     *
     * @param sharedInfo the page of shared_info
     */
    public WallClock(Frame sharedInfo) {
        this.sharedInfo = sharedInfo;
    }

    /**
     * Sets the fields. The version is odd while they change: no vCPU runs meanwhile, but somebody may look at the trace.
     *
     * @param seconds seconds since 1970 when the counter was zero, at least 0
     * @param nanos nanoseconds after that, 0 to 999999999
     * @throws IllegalArgumentException if one of them is out of range
     */
    public void set(long seconds, int nanos) {
        if (seconds < 0 || nanos < 0 || nanos >= NANOS_PER_SECOND) {
            throw new IllegalArgumentException(seconds + " s and " + nanos + " ns are no time since 1970");
        }
        // The guest can write the page: whatever it left there, the version ends even.
        int begun = sharedInfo.load32(VERSION) | 1;
        sharedInfo.store32(VERSION, begun);
        sharedInfo.store32(SECONDS, (int) seconds);
        sharedInfo.store32(NANOSECONDS, nanos);
        sharedInfo.store32(SECONDS_HIGH, (int) (seconds >>> Integer.SIZE));
        sharedInfo.store32(VERSION, begun + 1);
    }
}
