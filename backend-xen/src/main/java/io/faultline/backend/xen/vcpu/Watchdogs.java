/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.xen.hypercall.XenError;
import io.faultline.hwmodel.timer.VirtualClock;
import jakarta.inject.Inject;
import java.util.Arrays;

/**
 * The two watchdog timers of a domain (xen.md 4.9): one that runs out ends the domain. Times are virtual.
 */
public final class Watchdogs implements StateElement {
    private static final int COUNT = 2;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final Host host;
    private final Shutdowns shutdowns;
    private final boolean[] used = new boolean[COUNT];
    /** When each runs out; NEVER if it is free or has run out. */
    private final long[] deadlines = new long[COUNT];

    private long earliest;

    @Inject
    Watchdogs(Host host, Shutdowns shutdowns) {
        this.host = host;
        this.shutdowns = shutdowns;
        reset();
    }

    /**
     * SCHEDOP_watchdog.
     *
     * @param id 0 for a free one, else 1 or 2; unsigned
     * @param seconds until it runs out, unsigned; 0 frees it
     * @return the id of the one that was free, 0 if one was set or freed, or a negated error number
     */
    long set(int id, int seconds) {
        if (Integer.compareUnsigned(id, COUNT) > 0) {
            return -XenError.EINVAL;
        }
        if (id == 0) {
            return seconds == 0 ? -XenError.EINVAL : take(seconds);
        }
        int timer = id - 1;
        if (!used[timer]) {
            return -XenError.EINVAL;
        }
        used[timer] = seconds != 0;
        arm(timer, seconds);
        return 0;
    }

    private long take(int seconds) {
        for (int timer = 0; timer < COUNT; timer++) {
            if (!used[timer]) {
                used[timer] = true;
                arm(timer, seconds);
                return timer + 1L;
            }
        }
        return -XenError.ENOSPC;
    }

    private void arm(int timer, int seconds) {
        long span = Integer.toUnsignedLong(seconds) * NANOS_PER_SECOND;
        boolean comes = seconds != 0 && span < VirtualClock.NEVER - host.now();
        deadlines[timer] = comes ? host.now() + span : VirtualClock.NEVER;
        earliest = Math.min(deadlines[0], deadlines[1]);
    }

    /**
     * Returns when the next one runs out.
     *
     * @return virtual time in nanoseconds, or {@link VirtualClock#NEVER}
     */
    long nextDeadline() {
        return earliest;
    }

    /** Ends the domain if one has run out. */
    void pass() {
        for (int timer = 0; timer < COUNT; timer++) {
            if (deadlines[timer] <= host.now()) {
                arm(timer, 0);
                shutdowns.watchdog();
            }
        }
    }

    @Override
    public String stateName() {
        return "watchdogs";
    }

    @Override
    public void reset() {
        Arrays.fill(used, false);
        Arrays.fill(deadlines, VirtualClock.NEVER);
        earliest = VirtualClock.NEVER;
    }

    @Override
    public void save(StateWriter writer) {
        for (int timer = 0; timer < COUNT; timer++) {
            writer.flag("used." + timer, used[timer]);
        }
        writer.words("deadlines", deadlines);
    }

    @Override
    public void restore(StateReader reader) {
        long[] saved = reader.words("deadlines", COUNT);
        for (int timer = 0; timer < COUNT; timer++) {
            used[timer] = reader.flag("used." + timer);
            if (saved[timer] < 0 || !used[timer] && saved[timer] != VirtualClock.NEVER) {
                throw reader.invalid("deadlines", "has " + saved[timer] + ", at which no watchdog can run out");
            }
            deadlines[timer] = saved[timer];
        }
        earliest = Math.min(deadlines[0], deadlines[1]);
    }
}
