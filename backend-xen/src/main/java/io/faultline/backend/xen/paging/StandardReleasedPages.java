/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

import io.faultline.api.arm64.PageSize;
import io.faultline.backend.core.machine.Host;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/** Has the pager forget the page. That is best effort: without an entry in the ring nobody hears of it. */
public final class StandardReleasedPages implements ReleasedPages {
    private final Host host;
    private final PagedPages pages;
    private final PageFrames frames;
    private final EventRing ring;
    private final PauseCounts pauses;
    private final Producers producers;
    private final PopulateRules rules;
    private final CurrentVcpu current;

    @Inject
    StandardReleasedPages(
            Host host,
            PagedPages pages,
            PageFrames frames,
            EventRing ring,
            PauseCounts pauses,
            Producers producers,
            PopulateRules rules,
            CurrentVcpu current) {
        this.host = host;
        this.pages = pages;
        this.frames = frames;
        this.ring = ring;
        this.pauses = pauses;
        this.producers = producers;
        this.rules = rules;
        this.current = current;
    }

    @Override
    public void released(long gfn) {
        PageType type = pages.type(gfn);
        if (type == null) {
            return;
        }
        long page = pages.address(gfn);
        byte @Nullable [] frame = pages.frame(gfn);
        pages.forget(gfn);
        if (!frames.isThere(page)) {
            frames.release(page, frame == null ? new byte[PageSize.BYTES] : frame);
        }
        if (ring.claim(true)) {
            int vcpu = current.index();
            ring.put(true, 0, vcpu, gfn, type, VmEvent.DROP_PAGE | rules.flags(type));
            if (pauses.count(vcpu) == 0) {
                producers.hold(vcpu, ring.available());
                host.vcpu(vcpu).pe().requestStop();
            }
        }
    }
}
