/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

/**
 * Says when a periodic timer expires again.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface PeriodRule {
    /**
     * Returns the next time of expiration.
     *
     * @param last the time of expiration before, or when the timer was programmed; ticks, unsigned
     * @param period ticks, unsigned, not 0
     * @param now the present time in ticks, not before {@code last}
     * @return later than now; the largest number if it is after the end of time
     */
    long next(long last, long period, long now);
}
