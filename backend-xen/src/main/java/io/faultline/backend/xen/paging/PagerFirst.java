/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.memory.PageResidency;
import io.faultline.backend.core.machine.AbsentPageDecision;
import io.faultline.backend.core.machine.AbsentPageHandler;
import io.faultline.backend.core.machine.ForwardingAbsentPages;
import io.faultline.backend.core.machine.VirtualProcessor;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Absent pages of a machine that may have a pager: those that the pager has taken are its business alone, and the guest is
 * never told of them; all others are as without it.
 */
public final class PagerFirst extends ForwardingAbsentPages {
    private final Supplier<Paging> paging;

    /**
     * Makes the handler.
     *
     * @param others handles the pages that no pager has taken
     * @param paging the pager's side of the machine
     */
    public PagerFirst(AbsentPageHandler others, Supplier<Paging> paging) {
        super(others);
        this.paging = Objects.requireNonNull(paging, "paging");
    }

    @Override
    public AbsentPageDecision absent(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
        // A vCPU that is paused is kept from going back to the instruction by its personality.
        return paging.get().touched(vcpu, access, page)
                ? AbsentPageDecision.RETRY
                : super.absent(vcpu, access, page, stage1Walk);
    }

    @Override
    public PageResidency residency(long page) {
        return paging.get().type(page) == PageType.PAGING_IN ? PageResidency.FETCHING : super.residency(page);
    }

    @Override
    public void reset(VirtualProcessor vcpu) {
        paging.get().reset(vcpu.index());
        super.reset(vcpu);
    }
}
