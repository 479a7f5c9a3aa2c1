/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.api.arm64.ProcessorState;
import io.faultline.backend.xen.domain.DomainId;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Hypercall;
import io.faultline.backend.xen.hypercall.XenError;
import io.faultline.backend.xen.memory.KnownDomains;
import io.faultline.hwmodel.timer.VirtualClock;
import jakarta.inject.Inject;

/** sched_op, hypercall 29: the command in argument 0, its structure at argument 1 (xen.md 4.9). */
public final class SchedulerOperations implements Hypercall {
    private static final int YIELD = 0;
    private static final int BLOCK = 1;
    private static final int SHUTDOWN = 2;
    private static final int POLL = 3;
    private static final int REMOTE_SHUTDOWN = 4;
    private static final int SHUTDOWN_CODE = 5;
    private static final int WATCHDOG = 6;
    private static final int PIN_OVERRIDE = 7;

    private static final int SHUTDOWN_BYTES = 4;
    private static final int REMOTE_SHUTDOWN_BYTES = 8;
    private static final int WATCHDOG_BYTES = 8;
    private static final int WATCHDOG_TIMEOUT = 4;

    private final Poll poll;
    private final Shutdowns shutdowns;
    private final Watchdogs watchdogs;
    private final KnownDomains domains;

    @Inject
    SchedulerOperations(Poll poll, Shutdowns shutdowns, Watchdogs watchdogs, KnownDomains domains) {
        this.domains = domains;
        this.poll = poll;
        this.shutdowns = shutdowns;
        this.watchdogs = watchdogs;
    }

    @Override
    public long call(Caller caller) {
        return switch (caller.word(0)) {
            // Who runs next is the VMM's business.
            case YIELD -> 0;
            case BLOCK -> block(caller);
            case SHUTDOWN -> shutDown(caller);
            case POLL -> poll.call(caller);
            case REMOTE_SHUTDOWN -> shutDownRemotely(caller);
            case SHUTDOWN_CODE -> latchCode(caller);
            case WATCHDOG -> watchdog(caller);
            case PIN_OVERRIDE -> -XenError.EPERM;
            default -> -XenError.ENOSYS;
        };
    }

    private static long block(Caller caller) {
        caller.processor().pe().returnState(caller.processor().pe().returnState() & ~ProcessorState.I);
        caller.processor().block(VirtualClock.NEVER);
        return 0;
    }

    /** No domain may shut another one down, and nobody itself in this way. */
    private long shutDownRemotely(Caller caller) {
        if (!caller.readStruct(caller.argument(1), REMOTE_SHUTDOWN_BYTES)) {
            return -XenError.EFAULT;
        }
        int domain = caller.struct().u16(0);
        return domain == DomainId.SELF || domains.exists(domain) ? -XenError.EPERM : -XenError.ESRCH;
    }

    /** Only the low byte of the reason counts. */
    private long shutDown(Caller caller) {
        if (!caller.readStruct(caller.argument(1), SHUTDOWN_BYTES)) {
            return -XenError.EFAULT;
        }
        shutdowns.shutDown(caller.processor(), caller.struct().u8(0));
        return 0;
    }

    private long latchCode(Caller caller) {
        if (!caller.readStruct(caller.argument(1), SHUTDOWN_BYTES)) {
            return -XenError.EFAULT;
        }
        shutdowns.latch(caller.struct().u8(0));
        return 0;
    }

    private long watchdog(Caller caller) {
        if (!caller.readStruct(caller.argument(1), WATCHDOG_BYTES)) {
            return -XenError.EFAULT;
        }
        return watchdogs.set(caller.struct().u32(0), caller.struct().u32(WATCHDOG_TIMEOUT));
    }
}
