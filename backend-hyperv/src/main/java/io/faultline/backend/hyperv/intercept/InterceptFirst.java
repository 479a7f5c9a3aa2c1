/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.intercept;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.pagefault.FaultTicket;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.AbsentPageDecision;
import io.faultline.backend.core.machine.AbsentPageHandler;
import io.faultline.backend.core.machine.VirtualProcessor;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Absent pages of a machine whose VMM may want to hear of them by intercept messages: while it does, no access gets any
 * further; all is as without it otherwise.
 *
 * @since 0.1
 */
public final class InterceptFirst implements AbsentPageHandler {
    private final AbsentPageHandler others;
    private final Intercepts intercepts;

    /**
     * Makes the handler.
     *
     * @param others handles what is not intercepted
     * @param intercepts what the VMM wants to hear of
     */
    public InterceptFirst(AbsentPageHandler others, Intercepts intercepts) {
        this.others = Objects.requireNonNull(others, "others");
        this.intercepts = Objects.requireNonNull(intercepts, "intercepts");
    }

    @Override
    public AbsentPageDecision absent(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
        // A vCPU that is suspended is kept from going back to the instruction by its personality.
        return intercepts.absent(vcpu, access, page, stage1Walk)
                ? AbsentPageDecision.RETRY
                : others.absent(vcpu, access, page, stage1Walk);
    }

    @Override
    public Optional<FaultTicket> awaited(VirtualProcessor vcpu, long page) {
        return others.awaited(vcpu, page);
    }

    @Override
    public boolean isAwaited(VirtualProcessor vcpu, long page) {
        return others.isAwaited(vcpu, page);
    }

    @Override
    public void replaced(long page) {
        others.replaced(page);
    }

    @Override
    public void poll() {
        others.poll();
    }

    @Override
    public OptionalLong nextArrival() {
        return others.nextArrival();
    }

    @Override
    public PageResidency residency(long page) {
        return others.residency(page);
    }

    @Override
    public void reset(VirtualProcessor vcpu) {
        others.reset(vcpu);
    }

    @Override
    public AsyncPageFaults vmmSide() {
        return others.vmmSide();
    }

    @Override
    public String stateName() {
        return others.stateName();
    }

    @Override
    public void reset() {
        others.reset();
    }

    /** What is intercepted is saved with the personality. */
    @Override
    public void save(StateWriter writer) {
        others.save(writer);
    }

    @Override
    public void restore(StateReader reader) {
        others.restore(reader);
    }
}
