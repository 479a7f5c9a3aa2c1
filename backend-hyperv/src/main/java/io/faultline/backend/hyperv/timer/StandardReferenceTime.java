/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

import io.faultline.backend.core.machine.Host;
import io.faultline.hwmodel.timer.VirtualClock;
import jakarta.inject.Inject;

/**
 * Reference time as the system counter has it. 25 counts of 16 ns are 4 ticks, so that every reader of CNTVCT_EL0 computes
 * the same time as the hypervisor: CNTVOFF_EL2 is 0, since guests have no EL2.
 *
 * @since 0.1
 */
public final class StandardReferenceTime implements ReferenceTime {
    /** Counts of the system counter in {@link #TICKS}. */
    static final long COUNTS = 25;
    /** Ticks of reference time in {@link #COUNTS}. */
    static final long TICKS = 4;

    /** From here on, the end of virtual time comes first. */
    private static final long LAST = VirtualClock.NEVER / VirtualClock.NANOS_PER_COUNT / COUNTS * TICKS;

    private final Host host;

    /**
     * Makes the reference time of a machine.
     *
     * @param host the machine
     */
    @Inject
    public StandardReferenceTime(Host host) {
        this.host = host;
    }

    @Override
    public long now() {
        return host.now() / VirtualClock.NANOS_PER_COUNT * TICKS / COUNTS;
    }

    @Override
    public long nanosAt(long ticks) {
        if (ticks < 0 || ticks >= LAST) {
            return VirtualClock.NEVER;
        }
        long counts = (ticks * COUNTS + TICKS - 1) / TICKS;
        return counts * VirtualClock.NANOS_PER_COUNT;
    }
}
