/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.migration;

import io.faultline.api.pagefault.FaultPhase;
import io.faultline.api.pagefault.FaultTicket;
import io.faultline.api.trace.TraceEvent;
import io.faultline.api.trace.TraceSink;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Adds up how long a guest waited for pages, in virtual time: each fault from the moment in which the guest was told or the
 * vCPU stopped, to its end. Passes every event on.
 *
 * @since 0.1
 */
public final class WaitLedger implements TraceSink {
    private final TraceSink next;
    private final List<Waiter> waiters = new ArrayList<>();
    private long now;
    private long taskNanos;
    private long vcpuNanos;

    /** A fault that was announced has a token; one that was not has none. */
    private record Waiter(int vcpu, long page, long token, long since) {}

    /**
     * Makes a ledger.
     *
     * @param next receives every event as well
     */
    public WaitLedger(TraceSink next) {
        this.next = Objects.requireNonNull(next, "next");
    }

    /**
     * Counts faults from now on that came with the guest.
     *
     * @param tickets faults that have not come to their end
     * @param nanos virtual time
     */
    public void begin(List<FaultTicket> tickets, long nanos) {
        now = nanos;
        for (FaultTicket ticket : tickets) {
            if (ticket.phase() == FaultPhase.ANNOUNCED || ticket.phase() == FaultPhase.HIDDEN) {
                boolean announced = ticket.phase() == FaultPhase.ANNOUNCED;
                waiters.add(new Waiter(ticket.vcpu(), ticket.page(), announced ? ticket.token() : 0, nanos));
            }
        }
    }

    /**
     * Returns how long tasks waited while their vCPU could do something else.
     *
     * @return virtual nanoseconds, summed over announced faults that have come to their end
     */
    public long taskNanos() {
        return taskNanos;
    }

    /**
     * Returns how long vCPUs waited themselves.
     *
     * @return virtual nanoseconds, summed over faults that were not announced and have come to their end
     */
    public long vcpuNanos() {
        return vcpuNanos;
    }

    @Override
    public void emit(long nanos, TraceEvent event) {
        now = nanos;
        if (event instanceof TraceEvent.PageNotPresent told) {
            waiters.add(new Waiter(told.vcpu(), told.page(), told.token(), nanos));
        } else if (event instanceof TraceEvent.PageFaultVetoed hidden) {
            // A vCPU that comes back to a page waits on; it does not wait twice.
            if (waiters.stream()
                    .noneMatch(waiter -> waiter.vcpu() == hidden.vcpu() && waiter.page() == hidden.page())) {
                waiters.add(new Waiter(hidden.vcpu(), hidden.page(), 0, nanos));
            }
        } else if (event instanceof TraceEvent.PageInFinished finished) {
            end(waiter -> waiter.page() == finished.page() && waiter.token() == 0);
        } else if (event instanceof TraceEvent.PageFaultCompleted completed && completed.token() != 0) {
            end(waiter -> waiter.vcpu() == completed.vcpu() && waiter.token() == completed.token());
        }
        if (next.isEnabled()) {
            next.emit(nanos, event);
        }
    }

    private void end(Predicate<Waiter> which) {
        for (Iterator<Waiter> each = waiters.iterator(); each.hasNext(); ) {
            Waiter waiter = each.next();
            if (which.test(waiter)) {
                each.remove();
                if (waiter.token() == 0) {
                    vcpuNanos += now - waiter.since();
                } else {
                    taskNanos += now - waiter.since();
                }
            }
        }
    }
}
