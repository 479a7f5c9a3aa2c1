/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import static io.faultline.hwmodel.timer.VirtualClock.NEVER;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.intercept.MemoryIntercepts;
import io.faultline.api.machine.InterruptLines;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.ParavirtualConsole;
import io.faultline.api.machine.PlatformNode;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VirtualClock;
import io.faultline.api.memory.GuestMemory;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.paging.MemoryPager;
import io.faultline.api.state.SavedState;
import io.faultline.api.synic.SyntheticInterrupts;
import io.faultline.api.trace.TraceEvent;
import io.faultline.api.trace.TraceSink;
import io.faultline.hwmodel.cpu.HardwareModel;
import io.faultline.hwmodel.cpu.HardwarePlan;
import io.faultline.hwmodel.gic.InterruptController;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.memory.RamRegion;
import io.faultline.hwmodel.mmu.Stage2;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.function.Supplier;

/**
 * The machine that all backends share: the hardware model, the run loops of its vCPUs, and the parts that a kind of
 * hypervisor adds.
 */
final class CoreMachine implements Machine, Host {
    /** Where the personality's own pages are: above every address that a guest can name. */
    private static final long PRIVATE_FRAMES = 1L << 48;

    private final BackendIdentity identity;
    private final MachineRequest request;
    private final CapabilitySet capabilities;
    private final HardwareSettings settings;
    private final Supplier<? extends Personality> personalities;
    private final boolean tracing;
    private final boolean rehearsal;
    private final int privateFrames;

    private final Counters counters = new Counters();
    private final TrapRouter router = new TrapRouter(this);
    private final HardwareModel hardware;
    private final InternalDevices devices;
    private final List<CoreVcpu> vcpus = new ArrayList<>();
    private final List<Vcpu> vcpusForVmm;
    private final PowerControl power;
    private final Personality personality;
    private final FirmwareCalls calls;
    private final AbsentPageHandler absentPages;
    private final MachineState state;

    private final GuestMemory memory;
    private final InterruptLines lines;
    private final VirtualClock clock = new CoreClock(this);
    private boolean closed;

    /**
     * Makes a machine in its state after cold reset.
     *
     * @param identity who writes its saved state
     * @param request what it is made of; judged already
     * @param capabilities what it can do
     * @param settings choices of the hardware model
     * @param personalities makes its personality
     */
    CoreMachine(
            BackendIdentity identity,
            MachineRequest request,
            CapabilitySet capabilities,
            HardwareSettings settings,
            Supplier<? extends Personality> personalities) {
        this(identity, request, capabilities, settings, personalities, false);
    }

    private CoreMachine(
            BackendIdentity identity,
            MachineRequest request,
            CapabilitySet capabilities,
            HardwareSettings settings,
            Supplier<? extends Personality> personalities,
            boolean rehearsal) {
        this.rehearsal = rehearsal;
        this.identity = identity;
        this.request = request;
        this.capabilities = capabilities;
        this.settings = settings;
        this.personalities = personalities;
        tracing = request.trace().isEnabled();
        personality = personalities.get();
        privateFrames = personality.privateFrames(request);
        hardware = new HardwareModel(plan(request, settings, privateFrames), router, request.trace());
        devices = new InternalDevices(hardware.gic());
        lines = new CoreInterruptLines(this, hardware.gic());
        memory = new CoreGuestMemory(this, hardware.ram(), hardware.stage2(), request.memory());
        for (int i = 0; i < hardware.processors(); i++) {
            vcpus.add(new CoreVcpu(this, hardware.processor(i)));
        }
        vcpusForVmm = List.copyOf(vcpus);
        power = new PowerControl(this, hardware.psci(), vcpus);
        power.resetAll();
        protectReadOnly();
        calls = new FirmwareCalls(this, personality, power);
        personality.attach(this);
        absentPages = personality.absentPages();
        state = new MachineState(identity, request, List.of(hardware, personality, absentPages), vcpus);
    }

    private static HardwarePlan plan(MachineRequest request, HardwareSettings settings, int privateFrames) {
        List<RamRegion> ram = new ArrayList<>();
        for (MemoryRegion region : request.memory()) {
            ram.add(new RamRegion(region.base(), region.bytes()));
        }
        if (privateFrames > 0) {
            ram.add(new RamRegion(PRIVATE_FRAMES, (long) privateFrames << PageSize.SHIFT));
        }
        return HardwarePlan.of(ram, request.vcpus())
                .withTopLevel(request.level())
                .withTlb(settings.tlb());
    }

    /** The guest may not write to these; what it writes goes to the VMM. */
    private void protectReadOnly() {
        for (MemoryRegion region : request.memory()) {
            if (!region.writable()) {
                for (long page = region.base(); page < region.end(); page += PageSize.BYTES) {
                    hardware.stage2().permit(page, Stage2.READ | Stage2.EXECUTE);
                }
            }
        }
    }

    // The machine for the rest of this package.

    BackendIdentity identity() {
        return identity;
    }

    Counters counts() {
        return counters;
    }

    Personality personality() {
        return personality;
    }

    AbsentPageHandler absentPages() {
        return absentPages;
    }

    PowerControl power() {
        return power;
    }

    FirmwareCalls calls() {
        return calls;
    }

    InternalDevices devices() {
        return devices;
    }

    CoreVcpu core(int index) {
        return vcpus.get(index);
    }

    void emit(TraceEvent event) {
        if (tracing) {
            request.trace().emit(now(), event);
        }
    }

    void requireOpen() {
        if (closed) {
            throw new HypervisorException(
                    ErrorId.CLOSED,
                    "using a machine that was closed",
                    "backend " + identity.backend(),
                    "build another one from the plan");
        }
    }

    PageResidency residency(long address) {
        return hardware.ram().isResident(address)
                ? PageResidency.RESIDENT
                : absentPages.residency(PageSize.pageOf(address));
    }

    static OptionalLong deadline(long nanos) {
        return nanos == NEVER ? OptionalLong.empty() : OptionalLong.of(nanos);
    }

    /** Timers of vCPUs that are off wake nobody. */
    OptionalLong nextDeadline() {
        long next = absentPages.nextArrival().orElse(NEVER);
        for (CoreVcpu vcpu : vcpus) {
            if (vcpu.isOn()) {
                next = Math.min(next, vcpu.nextDeadline());
            }
        }
        return deadline(Math.min(next, personality.nextDeadline()));
    }

    long instructionsUntilDeadline() {
        return Math.max(1, hardware.clock().instructionsUntil(personality.nextDeadline()));
    }

    void passDeadline() {
        long next = personality.nextDeadline();
        if (next != NEVER && now() >= next) {
            personality.deadlinePassed();
        }
    }

    void skipTo(long nanos) {
        if (nanos > now()) {
            hardware.clock().advance(nanos - now());
        }
        for (CoreVcpu vcpu : vcpus) {
            vcpu.pe().timers().update();
        }
        passDeadline();
        absentPages.poll();
    }

    /** Whether the guest has memory at an address, resident or not. */
    boolean isMemory(long ipa) {
        long physical = hardware.stage2().physical(ipa);
        return physical != Stage2.HOLE && hardware.ram().contains(physical);
    }

    boolean retryCall(CoreVcpu vcpu, AccessKind access, long page) {
        return router.retryCall(vcpu, access, page);
    }

    /** The VMM found nothing behind an MMIO access that counts as complete: the guest goes back to it and aborts. */
    void refused(CoreVcpu vcpu, AccessKind access) {
        router.refuse(vcpu, access);
    }

    /** Puts one vCPU into its state after cold reset. */
    void reset(CoreVcpu vcpu) {
        vcpu.forget();
        hardware.gic().redistributor(vcpu.index()).reset();
        power.reset(vcpu);
        absentPages.reset(vcpu);
        personality.reset(vcpu);
    }

    // The machine for code of a hypervisor.

    @Override
    public int vcpuCount() {
        return vcpus.size();
    }

    @Override
    public VirtualProcessor vcpu(int index) {
        return vcpus.get(index);
    }

    @Override
    public Optional<VirtualProcessor> byAffinity(long mpidr) {
        for (CoreVcpu vcpu : vcpus) {
            if (vcpu.affinity().mpidr() == mpidr) {
                return Optional.of(vcpu);
            }
        }
        return Optional.empty();
    }

    @Override
    public GuestRam ram() {
        return hardware.ram();
    }

    @Override
    public Stage2 stage2() {
        return hardware.stage2();
    }

    @Override
    public void renew(long page) {
        boolean absent = !ram().isResident(page);
        ram().makeResident(page, new byte[PageSize.BYTES]);
        if (absent) {
            absentPages.replaced(page);
        }
    }

    @Override
    public boolean isPinned(long page) {
        return hardware.stage2().physical(page) != page || personality.needs(page);
    }

    @Override
    public long privateFrame(int index) {
        return PRIVATE_FRAMES + ((long) Objects.checkIndex(index, privateFrames) << PageSize.SHIFT);
    }

    @Override
    public boolean isRehearsal() {
        return rehearsal;
    }

    @Override
    public InterruptController gic() {
        return hardware.gic();
    }

    @Override
    public long now() {
        return hardware.clock().now();
    }

    @Override
    public void elapse(long nanos) {
        hardware.clock().advance(nanos);
        vcpus.forEach(CoreVcpu::reconsider);
    }

    @Override
    public TraceSink trace() {
        return request.trace();
    }

    @Override
    public boolean tracing() {
        return tracing;
    }

    @Override
    public MachineRequest request() {
        return request;
    }

    // The machine for its VMM.

    @Override
    public CapabilitySet capabilities() {
        requireOpen();
        return capabilities;
    }

    @Override
    public List<Vcpu> vcpus() {
        requireOpen();
        return vcpusForVmm;
    }

    @Override
    public GuestMemory memory() {
        requireOpen();
        return memory;
    }

    @Override
    public VirtualClock clock() {
        requireOpen();
        return clock;
    }

    @Override
    public Optional<AsyncPageFaults> asyncPageFaults() {
        requireOpen();
        return Optional.of(absentPages.vmmSide());
    }

    @Override
    public Optional<EventNotifications> notifications() {
        requireOpen();
        return personality.notifications();
    }

    @Override
    public Optional<InterruptLines> interruptLines() {
        requireOpen();
        return Optional.of(lines);
    }

    @Override
    public Optional<ParavirtualConsole> console() {
        requireOpen();
        return personality.console();
    }

    @Override
    public Optional<MemoryPager> memoryPager() {
        requireOpen();
        return personality.memoryPager();
    }

    @Override
    public Optional<SyntheticInterrupts> syntheticInterrupts() {
        requireOpen();
        return personality.syntheticInterrupts();
    }

    @Override
    public Optional<MemoryIntercepts> memoryIntercepts() {
        requireOpen();
        return personality.memoryIntercepts();
    }

    @Override
    public List<PlatformNode> platformNodes() {
        requireOpen();
        return personality.platformNodes();
    }

    @Override
    public Optional<String> acpiIdentity() {
        requireOpen();
        return personality.acpiIdentity();
    }

    @Override
    public SortedMap<String, Long> counters() {
        requireOpen();
        return counters.byName(absentPages.vmmSide().counters());
    }

    @Override
    public void reset() {
        requireOpen();
        hardware.clock().reset();
        hardware.stage2().reset();
        protectReadOnly();
        hardware.gic().reset();
        vcpus.forEach(CoreVcpu::forget);
        power.resetAll();
        absentPages.reset();
        personality.reset();
    }

    @Override
    public SavedState save() {
        requireOpen();
        for (CoreVcpu vcpu : vcpus) {
            vcpu.requireAnswered("saving a machine");
        }
        return state.save();
    }

    /**
     * {@inheritDoc}
     *
     * <p>The state is tried on a machine of its own first. That one refuses what cannot be taken over, so that nothing
     * here has to be put back.
     */
    @Override
    public void restore(SavedState saved) {
        requireOpen();
        try (CoreMachine trial = new CoreMachine(identity, quiet(), capabilities, settings, personalities, true)) {
            trial.state.load(saved);
        }
        vcpus.forEach(CoreVcpu::forget);
        state.load(saved);
    }

    private MachineRequest quiet() {
        return new MachineRequest(
                request.vcpus(),
                request.level(),
                request.memory(),
                request.channels(),
                request.asyncPageFaults(),
                TraceSink.NONE,
                request.seed());
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            personality.closed();
        }
    }
}
