/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.feature;

import io.faultline.backend.hyperv.hypercall.Privilege;
import java.util.Objects;

/**
 * What the guest reads of its hypervisor (hyperv.md 2.5).
 *
 * @param settings privileges and build
 * @param hasTimers whether there are synthetic timers
 * @param hasDirectTimers whether they can raise interrupts without a message
 * @param hasPolling whether a synthetic interrupt source can be polled
 * @param hasPageFaults whether the guest is offered asynchronous page faults
 * @since 0.1
 */
public record Features(
        FeatureSettings settings,
        boolean hasTimers,
        boolean hasDirectTimers,
        boolean hasPolling,
        boolean hasPageFaults) {
    /** Bit of the upper half: crash registers. */
    static final long CRASH = 1L << 8;
    /** Bit of the upper half: sources can be polled. */
    static final long POLLING = 1L << 12;
    /** Bit of the upper half: direct synthetic timers. */
    static final long DIRECT_TIMERS = 1L << 13;
    /** Bit of the upper half, of those that the TLFS leaves free: asynchronous page faults of Faultline. */
    public static final long PAGE_FAULTS = 1L << 63;

    /** Checks for null. */
    public Features {
        Objects.requireNonNull(settings, "settings");
    }

    /**
     * Returns the privileges.
     *
     * @return bits 63:0 of register 0x200
     */
    public long privileges() {
        return hasTimers ? settings.privileges() : settings.privileges() & ~Privilege.SYNTHETIC_TIMERS.mask();
    }

    /**
     * Returns the features.
     *
     * @return bits 127:64 of register 0x200
     */
    public long features() {
        return (settings.hasCrashRegisters() ? CRASH : 0)
                | (hasPolling ? POLLING : 0)
                | (hasDirectTimers ? DIRECT_TIMERS : 0)
                | (hasPageFaults ? PAGE_FAULTS : 0);
    }
}
