/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.memory.PageSink;
import io.faultline.api.memory.PageSource;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.pagefault.FaultDecision;
import io.faultline.api.pagefault.FaultTicket;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.AbsentPageDecision;
import io.faultline.backend.core.machine.AbsentPageHandler;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.core.pagefault.FaultLedger.Tally;
import io.faultline.hwmodel.cpu.ProcessingElement;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.memory.RamRegion;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Absent pages of one machine: where they come from, who waits for them, and what the guest and the VMM are told.
 *
 * <p>An access to an absent page whose source hands it over at once is not a fault and counts nowhere (APF-057); nor is an
 * access to a page whose data is lost, which ends in an external abort (APF-094). Every other access is a fault of the
 * engine.
 *
 * @since 0.1
 */
public final class PageFaultService implements AbsentPageHandler, AsyncPageFaults {
    private final Host host;
    private final GuestRam ram;
    private final FaultTrace trace;
    private final SourceTable<Answers> sources = new SourceTable<>();
    private final FaultContext context = new FaultContext();
    private final PageStates states;
    private final Pages pages = new Pages();
    private final PageFaultEngine engine;

    /**
     * Makes the service of a machine.
     *
     * @param host the machine
     * @param ports the backend's side; {@link HostOnlyPorts} if the guest is never told
     */
    public PageFaultService(Host host, PageFaultPorts ports) {
        this.host = Objects.requireNonNull(host, "host");
        this.ram = host.ram();
        this.trace = new FaultTrace(host.tracing(), host.trace(), host::now);
        this.states = new PageStates(ram);
        this.engine = new PageFaultEngine(host.vcpuCount(), ports, pages, trace);
    }

    /** What the engine may ask of pages. */
    private final class Pages implements PageIn {
        @Override
        public boolean hasSource(long page) {
            return sources.find(page) != null;
        }

        @Override
        public int failures(long page) {
            return states.failures(page);
        }

        @Override
        public void start(long page, int vcpu, AccessKind access) {
            Answers entry = sources.find(page);
            if (entry != null && states.residency(page) == PageResidency.ABSENT) {
                states.asked(page);
                engine.ledger().count(Tally.PAGE_INS);
                trace.pageInStarted(vcpu, page);
                entry.source().request(new PageRequest(page, vcpu, access, host.now()));
            }
        }
    }

    /** A responsibility, and what takes its answers during a call; nothing that is not its business has an effect. */
    private final class Answers extends SourceTable.Entry implements PageSink {
        private boolean open;

        Answers(MemoryRegion range, PageSource source) {
            super(range, source);
        }

        /** Hands a page over if that is possible at once. */
        void fetchNow(long page) {
            boolean before = open;
            open = true;
            try {
                source().fetchNow(page, this);
            } finally {
                open = before;
            }
        }

        void poll() {
            boolean before = open;
            open = true;
            try {
                source().poll(host.now(), this);
            } finally {
                open = before;
            }
        }

        @Override
        public void arrived(long page, byte[] content) {
            requireOpen();
            if (content.length != PageSize.BYTES) {
                throw new IllegalArgumentException(
                        "content of a page has " + content.length + " bytes instead of 4096");
            }
            if (isOurs(page)) {
                settle(page, content);
            }
        }

        @Override
        public void failed(long page, String reason) {
            requireOpen();
            Objects.requireNonNull(reason, "reason");
            if (isOurs(page)) {
                failure(page);
            }
        }

        @Override
        public void poisoned(long page) {
            requireOpen();
            if (isOurs(page)) {
                settle(page, null);
            }
        }

        private boolean isOurs(long page) {
            Answers owner = PageSize.isAligned(page) ? sources.find(page) : null;
            boolean ours = owner != null && owner.source() == source();
            if (!ours) {
                engine.ledger().count(Tally.DROPPED);
            }
            return ours;
        }

        private void requireOpen() {
            if (!open) {
                throw new HypervisorException(
                        ErrorId.ILLEGAL_STATE,
                        "answering through a page sink after the call it was passed to",
                        "page source of " + range(),
                        "collect answers and hand them over in poll");
            }
        }
    }

    // For the machine.

    @Override
    public AbsentPageDecision absent(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
        if (states.residency(page) == PageResidency.ABSENT) {
            fetchNow(page);
        }
        PageResidency residency = states.residency(page);
        if (residency == PageResidency.RESIDENT) {
            return AbsentPageDecision.RETRY;
        }
        if (residency == PageResidency.POISONED) {
            return AbsentPageDecision.ABORT;
        }
        ProcessingElement pe = vcpu.pe();
        FaultVerdict verdict = engine.fault(
                context.fill(vcpu.index(), page, access, stage1Walk, pe.returnAddress(), pe.returnState()));
        if (verdict instanceof FaultVerdict.Wait wait) {
            return wait.interruptible() ? AbsentPageDecision.PARK : AbsentPageDecision.STOP;
        }
        if (verdict instanceof FaultVerdict.TryAgain) {
            // Such a vCPU never waits, so that nobody else would ask what has arrived.
            poll();
        }
        return verdict instanceof FaultVerdict.Entered ? AbsentPageDecision.DIVERTED : AbsentPageDecision.RETRY;
    }

    private void fetchNow(long page) {
        Answers source = sources.find(page);
        if (source != null) {
            source.fetchNow(page);
        }
    }

    @Override
    public boolean isAwaited(VirtualProcessor vcpu, long page) {
        return engine.isAwaited(vcpu.index(), page);
    }

    @Override
    public Optional<FaultTicket> awaited(VirtualProcessor vcpu, long page) {
        return engine.awaited(vcpu.index(), page);
    }

    @Override
    public void replaced(long page) {
        states.replaced(page);
        trace.pageInFinished(page, "resident");
        engine.settled(page);
    }

    @Override
    public void poll() {
        engine.poll();
        List<Answers> polled = sources.all();
        for (int i = 0; i < polled.size(); i++) {
            polled.get(i).poll();
        }
    }

    @Override
    public OptionalLong nextArrival() {
        return sources.nextArrival();
    }

    @Override
    public PageResidency residency(long page) {
        return states.residency(page);
    }

    @Override
    public void reset(VirtualProcessor vcpu) {
        engine.reset(vcpu.index());
    }

    @Override
    public AsyncPageFaults vmmSide() {
        return this;
    }

    // For the VMM.

    @Override
    public SourceHandle attach(MemoryRegion range, PageSource source) {
        Objects.requireNonNull(source, "source");
        requireAllMemory(range);
        Answers entry = new Answers(range, source);
        sources.add(entry);
        engine.askAgain();
        return new Handle(entry);
    }

    /** Ends a responsibility once. */
    private final class Handle implements SourceHandle {
        private final Answers entry;
        private boolean closed;

        Handle(Answers entry) {
            this.entry = entry;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                sources.remove(entry);
                states.forget(entry.range().base(), entry.range().end());
            }
        }
    }

    private void requireAllMemory(MemoryRegion range) {
        long at = range.base();
        for (RamRegion region : ram.regions()) {
            if (region.contains(at)) {
                at = region.end();
            }
        }
        if (at < range.end()) {
            throw noMemory("attaching a page source for " + range, at);
        }
    }

    @Override
    public byte[] evict(long page) {
        requireResident("evicting", page);
        byte[] content = new byte[PageSize.BYTES];
        ram.read(page, content, 0, content.length);
        ram.makeAbsent(page);
        return content;
    }

    @Override
    public void discard(long page) {
        requireResident("discarding", page);
        ram.makeAbsent(page);
    }

    private void requireResident(String attempted, long page) {
        requirePage(attempted, page);
        if (!ram.isResident(page)) {
            throw new HypervisorException(
                    ErrorId.ILLEGAL_STATE,
                    attempted + " a page that is " + states.residency(page),
                    at(page),
                    "evict and discard only what is resident");
        }
        if (host.isPinned(page)) {
            throw new HypervisorException(
                    ErrorId.ILLEGAL_STATE,
                    attempted + " a page that the hypervisor needs",
                    at(page),
                    "leave pages alone that are pinned");
        }
    }

    @Override
    public boolean isPinned(long page) {
        requirePage("asking for", page);
        return host.isPinned(page);
    }

    @Override
    public void request(long page, AccessKind access) {
        requirePage("asking for", page);
        Objects.requireNonNull(access, "access");
        if (states.residency(page) == PageResidency.ABSENT) {
            fetchNow(page);
        }
        pages.start(page, -1, access);
    }

    @Override
    public void decideBy(FaultDecision decision) {
        engine.decideBy(Objects.requireNonNull(decision, "decision"));
    }

    @Override
    public boolean complete(long page, byte[] content) {
        requirePage("completing", page);
        if (content.length != PageSize.BYTES) {
            throw new HypervisorException(
                    ErrorId.INVALID_ARGUMENT,
                    "completing a page with " + content.length + " bytes",
                    at(page),
                    "give exactly 4096 bytes");
        }
        return settle(page, content);
    }

    @Override
    public boolean fail(long page, String reason) {
        requirePage("failing", page);
        Objects.requireNonNull(reason, "reason");
        return failure(page);
    }

    @Override
    public List<FaultTicket> outstanding() {
        return engine.outstanding();
    }

    @Override
    public FaultCounters counters() {
        return engine.counters();
    }

    private void requirePage(String attempted, long page) {
        if (!PageSize.isAligned(page)) {
            throw new HypervisorException(
                    ErrorId.INVALID_ARGUMENT,
                    attempted + " a page by an address inside it",
                    at(page),
                    "give the address of the page, a multiple of 4096");
        }
        if (!ram.contains(page)) {
            throw noMemory(attempted + " a page", page);
        }
    }

    private static HypervisorException noMemory(String attempted, long address) {
        return new HypervisorException(
                ErrorId.NOT_GUEST_MEMORY,
                attempted + " where there is no guest memory",
                at(address),
                "stay within the regions of the machine");
    }

    private static String at(long address) {
        return "address 0x" + Long.toHexString(address);
    }

    /**
     * The data of a page is there, or lost for good.
     *
     * @param content the data; null if it is lost
     * @return false if nobody needs to know: it is there already, or was lost before
     */
    private boolean settle(long page, byte @Nullable [] content) {
        PageResidency residency = states.residency(page);
        if (residency == PageResidency.RESIDENT || residency == PageResidency.POISONED) {
            engine.ledger().count(Tally.DROPPED);
            return false;
        }
        if (content != null) {
            ram.makeResident(page, content);
        }
        states.settled(page, content == null);
        trace.pageInFinished(page, content != null ? "resident" : "poisoned");
        engine.settled(page);
        return true;
    }

    private boolean failure(long page) {
        if (states.residency(page) != PageResidency.FETCHING) {
            engine.ledger().count(Tally.DROPPED);
            return false;
        }
        states.failed(page);
        engine.ledger().count(Tally.FAILURES);
        trace.pageInFinished(page, "failed");
        engine.settled(page);
        return true;
    }

    // State.

    @Override
    public String stateName() {
        return "page-faults";
    }

    @Override
    public void reset() {
        states.reset();
        engine.reset();
    }

    /**
     * {@inheritDoc}
     *
     * <p>Sources and the VMM's decision belong to the VMM and are not part of the state.
     */
    @Override
    public void save(StateWriter writer) {
        writer.element(states);
        writer.element(engine);
    }

    /**
     * {@inheritDoc}
     *
     * <p>The RAM must have been restored before. Pages that faults wait for are asked for at the next poll.
     */
    @Override
    public void restore(StateReader reader) {
        reader.element(states);
        reader.element(engine);
        for (FaultTicket fault : engine.outstanding()) {
            if (!ram.contains(fault.page())) {
                throw reader.invalid(
                        "faults", "wait for a page at 0x" + Long.toHexString(fault.page()) + ", where there is no RAM");
            }
        }
        for (long page : engine.registry().awaitedPages()) {
            if (states.residency(page) != PageResidency.ABSENT) {
                throw reader.invalid(
                        "faults", "wait for the page at 0x" + Long.toHexString(page) + ", which is not absent");
            }
        }
    }
}
