/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

/**
 * The reference time of a partition, in ticks of 100 ns since cold reset (hyperv.md 5.2).
 *
 * @since 0.1
 */
public interface ReferenceTime {
    /**
     * Returns the present time.
     *
     * @return ticks, at least 0
     */
    long now();

    /**
     * Returns when a time comes.
     *
     * @param ticks any value, unsigned
     * @return the earliest virtual time in nanoseconds at which {@link #now()} is not smaller, or
     *     {@link io.faultline.hwmodel.timer.VirtualClock#NEVER}
     */
    long nanosAt(long ticks);
}
