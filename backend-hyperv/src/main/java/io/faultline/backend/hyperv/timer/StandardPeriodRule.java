/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

import jakarta.inject.Inject;

/**
 * Expirations are whole periods after programming. Those that are missed are left out (HV-142), and so are those that would
 * follow another one within 10 microseconds: that bounds the work for a period of a single tick (hyperv.md 9).
 *
 * @since 0.1
 */
public final class StandardPeriodRule implements PeriodRule {
    /** Least number of ticks between two expirations. */
    static final long LEAST = 100;

    /** The largest number: virtual time ends long before. */
    private static final long NEVER = -1;

    /** Makes the rule. */
    @Inject
    public StandardPeriodRule() {}

    @Override
    public long next(long last, long period, long now) {
        if (period < 0) {
            return NEVER;
        }
        long from = period >= LEAST ? now + 1 : now + LEAST;
        long missing = from - last;
        long periods = missing / period + (missing % period == 0 ? 0 : 1);
        long span = periods * period;
        return span < 0 ? NEVER : last + span;
    }
}
