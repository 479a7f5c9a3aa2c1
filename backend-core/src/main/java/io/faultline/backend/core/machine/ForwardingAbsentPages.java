/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.pagefault.FaultTicket;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A handler of absent pages that leaves everything to another one, under its name in saved states. A hypervisor that is asked
 * first about some accesses says so by what it overrides; what it keeps of them is saved with its personality.
 *
 * @since 0.1
 */
public abstract class ForwardingAbsentPages implements AbsentPageHandler {
    private final AbsentPageHandler others;

    /**
     * Makes the handler.
     *
     * @param others handles everything
     */
    protected ForwardingAbsentPages(AbsentPageHandler others) {
        this.others = Objects.requireNonNull(others, "others");
    }

    @Override
    public AbsentPageDecision absent(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
        return others.absent(vcpu, access, page, stage1Walk);
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

    @Override
    public void save(StateWriter writer) {
        others.save(writer);
    }

    @Override
    public void restore(StateReader reader) {
        others.restore(reader);
    }
}
