/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.trace.TraceEvent;
import io.faultline.api.trace.TraceSink;
import java.util.Objects;
import java.util.function.LongSupplier;

/** Says what happens to faults, if anybody listens. */
final class FaultTrace {
    private final boolean enabled;
    private final TraceSink sink;
    private final LongSupplier clock;

    FaultTrace(boolean enabled, TraceSink sink, LongSupplier clock) {
        this.enabled = enabled;
        this.sink = Objects.requireNonNull(sink, "sink");
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    void pageInStarted(int vcpu, long page) {
        if (enabled) {
            emit(new TraceEvent.PageInStarted(vcpu, page));
        }
    }

    void pageInFinished(long page, String outcome) {
        if (enabled) {
            emit(new TraceEvent.PageInFinished(page, outcome));
        }
    }

    void notPresent(Fault fault) {
        if (enabled) {
            emit(new TraceEvent.PageNotPresent(fault.vcpu(), fault.page(), fault.token()));
        }
    }

    void vetoed(int vcpu, long page, String veto) {
        if (enabled) {
            emit(new TraceEvent.PageFaultVetoed(vcpu, page, veto));
        }
    }

    void repeated(int vcpu, long page) {
        if (enabled) {
            emit(new TraceEvent.PageFaultRepeated(vcpu, page));
        }
    }

    void ready(int vcpu, long token) {
        if (enabled) {
            emit(new TraceEvent.PageReady(vcpu, token));
        }
    }

    void acknowledged(int vcpu, long token) {
        if (enabled) {
            emit(new TraceEvent.PageReadyAcknowledged(vcpu, token));
        }
    }

    /**
     * @param token 0 if the guest never learned it
     * @param completion ready, wake-all, silent, or why the fault was cancelled
     */
    void completed(int vcpu, long token, String completion) {
        if (enabled) {
            emit(new TraceEvent.PageFaultCompleted(vcpu, token, completion));
        }
    }

    private void emit(TraceEvent event) {
        sink.emit(clock.getAsLong(), event);
    }
}
