/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.paging.MemoryPager;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.xen.hypercall.XenError;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything of this package that lives: the calls of the pager, and what the machine asks.
 *
 * <p>All of it is state: a machine with a pager is saved with the ring, and goes on with whoever is the pager there.
 */
public final class Paging implements MemoryPager, StateElement {
    /** Kind of the exit of a vCPU that has put a request and left too few entries for the others. */
    public static final String RING_FULL = "xen:ring-full";

    private static final VcpuExit HELD = new VcpuExit.BackendSpecific(RING_FULL, new TreeMap<>());

    private final PagedPages pages;
    private final EventRing ring;
    private final VcpuPauses counts;
    private final PauseCounts pauses;
    private final Producers producers;
    private final Accesses accesses;
    private final Answers answers;
    private final PageLife life;
    private final List<StateElement> elements;

    @Inject
    Paging(
            PagedPages pages,
            EventRing ring,
            VcpuPauses counts,
            PauseCounts pauses,
            Producers producers,
            Accesses accesses,
            Answers answers,
            PageLife life) {
        this.pages = pages;
        this.ring = ring;
        this.counts = counts;
        this.pauses = pauses;
        this.producers = producers;
        this.accesses = accesses;
        this.answers = answers;
        this.life = life;
        elements = List.of(pages, ring, counts, producers, accesses);
    }

    // For the machine.

    /**
     * A vCPU needs an absent page: in an instruction, a hypercall, or when the hypervisor writes in its name.
     *
     * @param vcpu the vCPU
     * @param access how it needs it
     * @param page address of the page
     * @return false if the page is not the pager's; else the vCPU stops, and tries again when it runs
     */
    public boolean touched(VirtualProcessor vcpu, AccessKind access, long page) {
        return accesses.byGuest(vcpu, access, page);
    }

    /**
     * Returns what a page is to the pager.
     *
     * @param page address of a page of memory
     * @return the type; null if the pager has not taken it
     */
    public @Nullable PageType type(long page) {
        return pages.type(page >>> PageSize.SHIFT);
    }

    /**
     * Tells what keeps a vCPU from executing.
     *
     * @param vcpu index of the vCPU
     * @return the exit, or empty
     */
    public Optional<VcpuExit> obstacle(int vcpu) {
        if (pauses.count(vcpu) > 0 || producers.isAsleep(vcpu)) {
            return Optional.of(new VcpuExit.WaitForPage(accesses.ticket(vcpu), false));
        }
        return producers.isHeld(vcpu) ? Optional.of(HELD) : Optional.empty();
    }

    /**
     * A vCPU is reset, turned on or turned off: it waits for nothing any more.
     *
     * @param vcpu index of the vCPU
     */
    public void reset(int vcpu) {
        counts.forget(vcpu);
        producers.forget(vcpu);
    }

    // For the pager.

    @Override
    public int enable() {
        if (ring.isActive()) {
            return -XenError.EBUSY;
        }
        ring.open();
        return 0;
    }

    @Override
    public int disable() {
        if (!ring.isActive()) {
            return -XenError.ENODEV;
        }
        if (producers.isAnybodyAsleep()) {
            return -XenError.EBUSY;
        }
        ring.close();
        producers.releaseHeld();
        return 0;
    }

    @Override
    public boolean isEnabled() {
        return ring.isActive();
    }

    @Override
    public int version() {
        return VmEvent.INTERFACE_VERSION;
    }

    @Override
    public ByteBuffer ring() {
        if (!ring.isActive()) {
            throw new HypervisorException(
                    ErrorId.ILLEGAL_STATE,
                    "asking for the ring of a pager that is not enabled",
                    "pager",
                    "call enable first");
        }
        return ring.memory();
    }

    @Override
    public int resume() {
        if (!ring.isActive()) {
            return -XenError.ENODEV;
        }
        answers.read();
        return 0;
    }

    @Override
    public int nominate(long gfn) {
        return ring.isActive() ? life.nominate(gfn) : -XenError.ENODEV;
    }

    @Override
    public int read(long gfn, byte[] target) {
        Objects.requireNonNull(target, "target");
        if (!ring.isActive()) {
            return -XenError.ENODEV;
        }
        byte @Nullable [] frame = pages.frame(gfn);
        if (frame == null) {
            return -XenError.ENOENT;
        }
        if (target.length != frame.length) {
            return -XenError.EFAULT;
        }
        System.arraycopy(frame, 0, target, 0, frame.length);
        return 0;
    }

    @Override
    public int evict(long gfn) {
        return ring.isActive() ? life.evict(gfn) : -XenError.ENODEV;
    }

    @Override
    public int prepare(long gfn, byte[] content) {
        Objects.requireNonNull(content, "content");
        return ring.isActive() ? life.prepare(gfn, content) : -XenError.ENODEV;
    }

    @Override
    public int prepare(long gfn) {
        return ring.isActive() ? life.prepare(gfn, null) : -XenError.ENODEV;
    }

    @Override
    public int populate(long gfn) {
        return accesses.fromOutside(gfn);
    }

    @Override
    public int pagedOut() {
        return pages.pagedOut();
    }

    @Override
    public int pauses(int vcpu) {
        return pauses.count(vcpu);
    }

    @Override
    public long ignoredAnswers() {
        return answers.ignored();
    }

    @Override
    public String stateName() {
        return "paging";
    }

    /** vCPUs wait for nothing; pages that are away stay away, and the ring stays the pager's. */
    @Override
    public void reset() {
        elements.forEach(StateElement::reset);
    }

    @Override
    public void save(StateWriter writer) {
        elements.forEach(writer::element);
    }

    @Override
    public void restore(StateReader reader) {
        elements.forEach(reader::element);
    }
}
