/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

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
import java.util.function.Supplier;

/**
 * Absent pages of a machine that may have a pager: those that the pager has taken are its business alone, and the guest is
 * never told of them; all others are as without it.
 */
public final class PagerFirst implements AbsentPageHandler {
    private final AbsentPageHandler others;
    private final Supplier<Paging> paging;

    /**
     * Makes the handler.
     *
     * @param others handles the pages that no pager has taken
     * @param paging the pager's side of the machine
     */
    public PagerFirst(AbsentPageHandler others, Supplier<Paging> paging) {
        this.others = Objects.requireNonNull(others, "others");
        this.paging = Objects.requireNonNull(paging, "paging");
    }

    @Override
    public AbsentPageDecision absent(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
        // A vCPU that is paused is kept from going back to the instruction by its personality.
        return paging.get().touched(vcpu, access, page)
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
        return paging.get().type(page) == PageType.PAGING_IN ? PageResidency.FETCHING : others.residency(page);
    }

    @Override
    public void reset(VirtualProcessor vcpu) {
        paging.get().reset(vcpu.index());
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

    /** What belongs to the pager is saved with the personality. */
    @Override
    public void save(StateWriter writer) {
        others.save(writer);
    }

    @Override
    public void restore(StateReader reader) {
        others.restore(reader);
    }
}
