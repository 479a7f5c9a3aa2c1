/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.pagefault.FaultPhase;
import io.faultline.api.pagefault.FaultTicket;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.xen.hypercall.XenError;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.Optional;

/** What comes of an access to a page that a pager has taken: populate (xen.md 7.5). */
final class Accesses implements StateElement {
    private static final String TOUCHED = "touched";
    private static final String KINDS = "kinds";
    private static final AccessKind[] ALL_KINDS = AccessKind.values();
    private static final Optional<Veto> SYNCHRONOUS = Optional.of(Veto.VMM_DECLINED);

    private final PagedPages pages;
    private final EventRing ring;
    private final PauseCounts pauses;
    private final Producers producers;
    private final PopulateRules rules;
    private final DomainCrash crash;
    /** For each vCPU, the page that it touched last. */
    private final long[] touched;
    /** How it did. */
    private final AccessKind[] kinds;

    @Inject
    Accesses(
            Host host,
            PagedPages pages,
            EventRing ring,
            PauseCounts pauses,
            Producers producers,
            PopulateRules rules,
            DomainCrash crash) {
        this.pages = pages;
        this.ring = ring;
        this.pauses = pauses;
        this.producers = producers;
        this.rules = rules;
        this.crash = crash;
        touched = new long[host.vcpuCount()];
        kinds = new AccessKind[touched.length];
        reset();
    }

    /**
     * A vCPU needs a page that is absent, by an instruction, or the hypervisor does in its name. It does not execute anything
     * before the pager has answered, or there is room to ask it, and tries again then.
     *
     * @return false if the page is not the pager's; nothing has happened then
     */
    boolean byGuest(VirtualProcessor vcpu, AccessKind access, long page) {
        long gfn = page >>> PageSize.SHIFT;
        PageType type = pages.type(gfn);
        if (type == null) {
            return false;
        }
        int index = vcpu.index();
        touched[index] = page;
        kinds[index] = access;
        if (!ring.isActive()) {
            crash.crash();
        } else if (!ring.claim(true)) {
            producers.sleep(index);
        } else if (!rules.isAsked(type, true)) {
            ring.cancel(true);
            pauses.pause(index);
        } else {
            comesIn(gfn, type);
            pauses.pause(index);
            ring.put(true, VmEvent.FLAG_VCPU_PAUSED, index, gfn, type, rules.flags(type));
        }
        vcpu.pe().requestStop();
        return true;
    }

    /** Somebody else than the guest needs a page; returns 0 or an error, negative. */
    int fromOutside(long gfn) {
        PageType type = pages.type(gfn);
        if (type == null) {
            return ring.isActive() ? 0 : -XenError.ENODEV;
        }
        if (!ring.isActive()) {
            crash.crash();
            return -XenError.ENODEV;
        }
        if (!ring.claim(false)) {
            return -XenError.EBUSY;
        }
        if (rules.isAsked(type, false)) {
            comesIn(gfn, type);
            ring.put(false, 0, 0, gfn, type, rules.flags(type));
        } else {
            ring.cancel(false);
        }
        return -XenError.EAGAIN;
    }

    private void comesIn(long gfn, PageType type) {
        if (type != PageType.PAGING_IN) {
            pages.put(gfn, PageType.PAGING_IN, pages.frame(gfn));
        }
    }

    /** What a vCPU waits for that is paused or asleep. */
    FaultTicket ticket(int vcpu) {
        return new FaultTicket(vcpu, touched[vcpu], kinds[vcpu], FaultPhase.HIDDEN, 0, SYNCHRONOUS);
    }

    @Override
    public String stateName() {
        return TOUCHED;
    }

    @Override
    public void reset() {
        Arrays.fill(touched, 0);
        Arrays.fill(kinds, AccessKind.READ);
    }

    @Override
    public void save(StateWriter writer) {
        writer.words(TOUCHED, touched);
        writer.words(KINDS, Arrays.stream(kinds).mapToLong(AccessKind::ordinal).toArray());
    }

    @Override
    public void restore(StateReader reader) {
        long[] saved = reader.words(TOUCHED, touched.length);
        for (long page : saved) {
            if (!PageSize.isAligned(page)) {
                throw reader.invalid(
                        TOUCHED, "has 0x" + Long.toHexString(page) + ", which is not the address of a page");
            }
        }
        System.arraycopy(saved, 0, touched, 0, touched.length);
        long[] ordinals = reader.words(KINDS, kinds.length);
        for (int vcpu = 0; vcpu < kinds.length; vcpu++) {
            if (ordinals[vcpu] < 0 || ordinals[vcpu] >= ALL_KINDS.length) {
                throw reader.invalid(KINDS, "has " + ordinals[vcpu] + ", which is no kind of access");
            }
            kinds[vcpu] = ALL_KINDS[(int) ordinals[vcpu]];
        }
    }
}
