/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.memory.PageSource;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.api.trace.TraceSink;
import io.faultline.vmm.acpi.DescriptionTable;
import io.faultline.vmm.acpi.FirmwareTables;
import io.faultline.vmm.device.DeviceMap;
import io.faultline.vmm.device.InterruptLine;
import io.faultline.vmm.device.Pl011Uart;
import io.faultline.vmm.device.Pl031Clock;
import io.faultline.vmm.paging.AbsentRange;
import io.faultline.vmm.paging.MemoryPageStore;
import io.faultline.vmm.paging.PageSet;
import io.faultline.vmm.paging.SnapshotPageSource;
import io.faultline.vmm.vmbus.VmbusServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A machine with a guest in its memory, devices and page sources. Not thread-safe: one thread creates, runs and closes it.
 *
 * @since 0.1
 */
public final class VirtualMachine implements AutoCloseable {
    /** SDEI event that carries not-present, if the backend tells guests of absent pages: private, vendor-defined. */
    public static final int NOT_PRESENT_EVENT = 0x4040_0001;

    /** SDEI event that tells of memory errors, if ACPI tables describe the machine: shared, normal. */
    public static final int MEMORY_ERROR_EVENT = 804;

    /** PPI that carries ready. */
    public static final int READY_INTERRUPT = 23;

    private static final InterruptId UART_INTERRUPT = new InterruptId(33);
    private static final InterruptId CLOCK_INTERRUPT = new InterruptId(34);

    private final Machine machine;
    private final MachineShape shape;
    private final DeviceMap devices;
    private final Pl011Uart uart;
    private final Optional<HypervisorConsole> console;
    private final Optional<VmbusServer> vmbus;
    private final RunLoop loop;
    private final GuestPlacement.Placed placed;
    private final MemoryErrors errors;
    private final List<SnapshotPageSource> snapshots;
    private final Map<Long, byte[]> taken = new TreeMap<>();

    private VirtualMachine(Machine machine, GuestConfiguration configuration) {
        this.machine = machine;
        this.shape = MachineShape.of(configuration);
        this.uart = new Pl011Uart(
                configuration.consoleOutput(), configuration.consoleInput(), line(machine, UART_INTERRUPT));
        Pl031Clock clock = new Pl031Clock(machine.clock(), configuration.epoch(), line(machine, CLOCK_INTERRUPT));
        this.devices = new DeviceMap().add(Pl011Uart.VIRT_FRAME, uart).add(Pl031Clock.VIRT_FRAME, clock);
        GuestConsole ends = new GuestConsole(configuration.consoleOutput(), configuration.consoleInput());
        this.console = machine.console().map(host -> new HypervisorConsole(host, uart, ends));
        this.vmbus = VmbusServer.of(machine, configuration.vmbus());
        this.placed = new GuestPlacement(configuration, vmbus.isPresent()).load(machine);
        this.errors = MemoryErrorPlan.of(machine, configuration, placed);
        this.snapshots = evict(absentRanges(configuration));
        Vcpu boot = machine.vcpus().get(0);
        boot.write(CoreRegister.PC, configuration.image().entry());
        boot.write(CoreRegister.X0, placed.tree());
        this.loop = new RunLoop(
                machine,
                devices,
                uart,
                console,
                vmbus,
                clock,
                snapshots,
                errors,
                configuration.seed(),
                configuration.maxInstructions());
    }

    /** A machine whose guest comes from elsewhere. */
    private VirtualMachine(Machine machine, GuestState state, PageSource pages, GuestConsole ends) {
        this.machine = machine;
        this.shape = state.shape();
        this.uart = new Pl011Uart(ends.output(), ends.input(), line(machine, UART_INTERRUPT));
        Pl031Clock clock = new Pl031Clock(machine.clock(), shape.epoch(), line(machine, CLOCK_INTERRUPT));
        this.devices = new DeviceMap().add(Pl011Uart.VIRT_FRAME, uart).add(Pl031Clock.VIRT_FRAME, clock);
        this.console = machine.console().map(host -> new HypervisorConsole(host, uart, ends));
        StateReader devicesState = new StateReader(state.devices());
        this.vmbus = devicesState.has(VmbusServer.SECTION)
                ? Optional.of(VmbusServer.of(machine, devicesState.section(VmbusServer.SECTION)))
                : Optional.empty();
        this.placed = GuestPlacement.Placed.elsewhere();
        this.errors = new MemoryErrors(machine, Optional.empty());
        this.snapshots = pages instanceof SnapshotPageSource snapshot ? List.of(snapshot) : List.of();
        this.loop = new RunLoop(
                machine,
                devices,
                uart,
                console,
                vmbus,
                clock,
                List.of(pages),
                errors,
                shape.seed(),
                GuestConfiguration.DEFAULT_MAX_INSTRUCTIONS);
    }

    private static InterruptLine line(Machine machine, InterruptId interrupt) {
        return machine.interruptLines()
                .<InterruptLine>map(lines -> high -> lines.setLevel(interrupt, high))
                .orElse(InterruptLine.NONE);
    }

    /**
     * Builds a machine and puts the guest into it.
     *
     * @param backend the hypervisor
     * @param configuration the guest and what it gets
     * @return a machine that has not executed anything
     * @throws HypervisorException with INVALID_IMAGE if the guest does not fit into the memory, with RESOURCE_CONFLICT
     *     if things overlap, with INVALID_ARGUMENT if absent pages or memory errors are not in memory or ACPI tables are to
     *     describe the machine to a guest that cannot read them, with PLAN_REFUSED if the backend refuses the machine or
     *     cannot take pages away or tell of memory errors
     */
    public static VirtualMachine create(HypervisorBackend backend, GuestConfiguration configuration) {
        check(configuration);
        MemoryErrorPlan.check(backend.capabilities(), configuration);
        Machine machine = build(backend, MachineShape.of(configuration), configuration.trace());
        try {
            return new VirtualMachine(machine, configuration);
        } catch (RuntimeException refused) {
            machine.close();
            throw refused;
        }
    }

    private static Machine build(HypervisorBackend backend, MachineShape shape, TraceSink trace) {
        MachineRequest.Builder request = MachineRequest.builder()
                .vcpus(shape.vcpus())
                .level(shape.level())
                .trace(trace)
                .seed(shape.seed());
        shape.memory().forEach(request::memory);
        backend.capabilities().get(Capabilities.ASYNC_PAGE_FAULTS).ifPresent(limits -> {
            if (limits.needsEvent()) {
                request.asyncPageFaults(NOT_PRESENT_EVENT, READY_INTERRUPT);
            } else if (!limits.needsInterrupt()) {
                request.asyncPageFaults();
            } else {
                request.asyncPageFaults(READY_INTERRUPT);
            }
        });
        if (shape.errorEvent() && MemoryErrorPlan.canReport(backend.capabilities())) {
            request.channel(MemoryErrors.CHANNEL);
        }
        return backend.plan(request.build()).build();
    }

    /**
     * Builds a machine in which a guest goes on that {@link #freeze()} has stopped, here or elsewhere. Its pages are
     * absent at first.
     *
     * @param backend the hypervisor, of the same kind and with the same settings
     * @param state the guest
     * @param expected the pages that the source can supply, which must be those that are absent
     * @param pages supplies them
     * @param console the guest's console from now on
     * @param trace receives what happens
     * @return a machine that has not executed anything
     * @throws HypervisorException with INVALID_STATE or INCOMPATIBLE_STATE if the state cannot be taken over, with
     *     PLAN_REFUSED if the backend refuses the machine or cannot take pages away
     */
    public static VirtualMachine restore(
            HypervisorBackend backend,
            GuestState state,
            PageSet expected,
            PageSource pages,
            GuestConsole console,
            TraceSink trace) {
        Machine machine = build(backend, state.shape(), trace);
        try {
            AsyncPageFaults faults = machine.asyncPageFaults()
                    .orElseThrow(() -> new HypervisorException(
                            ErrorId.PLAN_REFUSED,
                            "the pages of a guest are to come later, and pages of this backend cannot be absent",
                            "",
                            "use a backend with the capability " + Capabilities.PAGING.id()));
            VirtualMachine restored = new VirtualMachine(machine, state, pages, console);
            machine.restore(state.machine());
            StateReader reader = new StateReader(state.devices());
            restored.devices.restore(reader);
            reader.element(restored.loop);
            restored.vmbus.ifPresent(reader::element);
            reader.finish();
            restored.requireAbsent(expected);
            state.shape().memory().forEach(region -> faults.attach(region, pages));
            return restored;
        } catch (RuntimeException refused) {
            machine.close();
            throw refused;
        }
    }

    /** What comes later and what is missing have to be the same pages: others would be lost, or overwritten. */
    private void requireAbsent(PageSet expected) {
        for (MemoryRegion region : shape.memory()) {
            for (long page = region.base(); page < region.end(); page += PageSize.BYTES) {
                PageResidency residency = machine.memory().residency(page);
                boolean absent = residency == PageResidency.ABSENT || residency == PageResidency.FETCHING;
                if (absent != expected.contains(page)) {
                    throw new HypervisorException(
                            ErrorId.INVALID_STATE,
                            "the guest's state has a page that is " + residency
                                    + " and its map of pages says otherwise",
                            "page 0x" + Long.toHexString(page),
                            "save the guest again");
                }
            }
        }
    }

    /**
     * Stops the guest where it is and takes every page away that holds something, so that the guest can go on elsewhere,
     * with pages that follow, or here after {@link #resume()}. Nothing may run in between.
     *
     * @return the state, and the pages that are absent in it
     * @throws HypervisorException with PLAN_REFUSED if pages of this backend cannot be taken away, with ILLEGAL_STATE if
     *     a device cannot be saved, or a page is still on its way from elsewhere; the guest can go on here then
     */
    public FrozenGuest freeze() {
        AsyncPageFaults faults = machine.asyncPageFaults()
                .orElseThrow(() -> new HypervisorException(
                        ErrorId.PLAN_REFUSED,
                        "the guest's pages are to be taken away, and pages of this backend cannot be absent",
                        "",
                        "use a backend with the capability " + Capabilities.PAGING.id()));
        shape.obstacle().ifPresent(obstacle -> {
            throw new HypervisorException(
                    ErrorId.ILLEGAL_STATE, "freezing a guest whose machine is too large: " + obstacle, "", "");
        });
        loop.flush();
        try {
            MemoryPageStore pages = new MemoryPageStore(shape.memory());
            byte[] content = new byte[PageSize.BYTES];
            for (MemoryRegion region : shape.memory()) {
                for (long page = region.base(); page < region.end(); page += PageSize.BYTES) {
                    freeze(faults, page, content, pages);
                }
            }
            StateWriter writer = new StateWriter();
            devices.save(writer);
            writer.element(loop);
            vmbus.ifPresent(writer::element);
            return new FrozenGuest(new GuestState(shape, machine.save(), writer.values()), pages);
        } catch (RuntimeException refused) {
            resume();
            throw refused;
        }
    }

    private void freeze(AsyncPageFaults faults, long page, byte[] content, MemoryPageStore pages) {
        PageResidency residency = machine.memory().residency(page);
        if (residency == PageResidency.RESIDENT) {
            if (faults.isPinned(page)) {
                return;
            }
            machine.memory().read(page, content);
            // A page of zeros needs no way: it is resident and zero in a machine that has just been built.
            if (!MemoryPageStore.isZero(content)) {
                byte[] evicted = faults.evict(page);
                taken.put(page, evicted);
                pages.put(page, evicted);
            }
        } else if (residency != PageResidency.POISONED) {
            pages.put(page, absentContent(page));
        }
    }

    private byte[] absentContent(long page) {
        for (SnapshotPageSource source : snapshots) {
            if (source.snapshot().contains(page)) {
                try {
                    return source.snapshot().read(page);
                } catch (IOException unreadable) {
                    throw new HypervisorException(
                            ErrorId.ILLEGAL_STATE, "freezing a guest: " + unreadable.getMessage(), "", "", unreadable);
                }
            }
        }
        throw new HypervisorException(
                ErrorId.ILLEGAL_STATE,
                "freezing a guest whose pages have not all come yet",
                "page 0x" + Long.toHexString(page),
                "wait until all have come");
    }

    /**
     * Gives the guest its pages back after {@link #freeze()}, so that it can go on here. Whoever calls this knows that it
     * does not go on elsewhere.
     */
    public void resume() {
        machine.asyncPageFaults().ifPresent(faults -> taken.forEach(faults::complete));
        taken.clear();
    }

    /**
     * Returns the VMM's side of absent pages: who decides, what is outstanding, the counters.
     *
     * @return the interface, or empty if pages of this machine cannot be absent
     */
    public Optional<AsyncPageFaults> asyncPageFaults() {
        return machine.asyncPageFaults();
    }

    /**
     * Returns the time in the machine.
     *
     * @return virtual nanoseconds
     */
    public long nanos() {
        return machine.clock().nanos();
    }

    /**
     * Returns the device tree that describes the machine, as the guest gets it if it gets one.
     *
     * @return the flattened tree; empty for a guest that was restored
     */
    public byte[] deviceTree() {
        return placed.blob().clone();
    }

    /**
     * Returns the ACPI tables that describe the machine.
     *
     * @return XSDT first, DSDT last; empty if a device tree describes it
     */
    public List<DescriptionTable> acpiTables() {
        return placed.firmware().map(FirmwareTables::tables).orElse(List.of());
    }

    /**
     * Returns what has become of the memory errors until now.
     *
     * @return a report for each, in the order of the configuration
     */
    public List<MemoryErrorReport> memoryErrors() {
        return errors.reports();
    }

    /**
     * Runs the guest to its end. A run that has ended cannot be continued.
     *
     * @return how it ended
     * @throws java.io.UncheckedIOException if the console or the trace cannot be written
     */
    public GuestOutcome run() {
        try {
            return loop.run();
        } finally {
            loop.flush();
        }
    }

    /**
     * Runs the guest for a while.
     *
     * @param instructions how many to execute over all vCPUs, at least 1
     * @return how the guest ended; empty if it has not
     * @throws IllegalArgumentException if the number is less than 1
     * @throws java.io.UncheckedIOException if the console or the trace cannot be written
     */
    public Optional<GuestOutcome> run(long instructions) {
        if (instructions < 1) {
            throw new IllegalArgumentException("running for " + instructions + " instructions, which is less than 1");
        }
        try {
            return loop.run(instructions);
        } finally {
            loop.flush();
        }
    }

    /**
     * Returns all counters of the machine and of the VMM.
     *
     * @return name to count, sorted by name; the names are stable
     */
    public SortedMap<String, Long> statistics() {
        return Statistics.of(machine, uart, loop, errors, vmbus);
    }

    @Override
    public void close() {
        machine.close();
    }

    private static void check(GuestConfiguration configuration) {
        MemoryRegion ram = configuration.ram();
        if (configuration.acpi()) {
            checkAcpi(configuration);
        }
        configuration.image().requireInside(configuration.memory());
        List<AbsentRange> ranges = absentRanges(configuration);
        for (int i = 0; i < ranges.size(); i++) {
            MemoryRegion pages = ranges.get(i).pages();
            if (!ram.contains(pages.base(), pages.bytes())) {
                throw new HypervisorException(
                        ErrorId.INVALID_ARGUMENT,
                        "absent pages " + pages + " are outside the memory " + ram,
                        configuration.image().name(),
                        "name pages of the memory");
            }
            for (AbsentRange other : ranges.subList(0, i)) {
                if (other.pages().overlaps(pages)) {
                    throw new HypervisorException(
                            ErrorId.RESOURCE_CONFLICT,
                            "absent pages " + other.pages() + " and " + pages + " overlap",
                            configuration.image().name(),
                            "name each page once");
                }
            }
        }
    }

    private static void checkAcpi(GuestConfiguration configuration) {
        if (!configuration.image().linux()) {
            throw new HypervisorException(
                    ErrorId.INVALID_ARGUMENT,
                    "ACPI tables can describe a machine to an arm64 Linux Image only, which finds them as if its EFI stub"
                            + " had run",
                    configuration.image().name(),
                    "run a Linux Image, or describe the machine by a device tree");
        }
        configuration.deviceTree().ifPresent(tree -> {
            throw new HypervisorException(
                    ErrorId.INVALID_ARGUMENT,
                    "ACPI tables and a device tree cannot both describe the machine",
                    tree.name(),
                    "choose one of them");
        });
    }

    static List<AbsentRange> absentRanges(GuestConfiguration configuration) {
        List<AbsentRange> ranges = new ArrayList<>(configuration.absent());
        configuration.image().absent().forEach(pages -> ranges.add(AbsentRange.of(pages)));
        return ranges;
    }

    private List<SnapshotPageSource> evict(List<AbsentRange> ranges) {
        List<SnapshotPageSource> sources = new ArrayList<>();
        for (AbsentRange range : ranges) {
            AsyncPageFaults faults = machine.asyncPageFaults()
                    .orElseThrow(() -> new HypervisorException(
                            ErrorId.PLAN_REFUSED,
                            "pages " + range.pages() + " are to be absent, and pages of this backend cannot be",
                            "",
                            "use a backend with the capability " + Capabilities.PAGING.id()));
            MemoryPageStore snapshot = new MemoryPageStore(List.of(range.pages()));
            SnapshotPageSource source = new SnapshotPageSource(snapshot, range.latencyNanos());
            faults.attach(range.pages(), source);
            for (long page = range.pages().base(); page < range.pages().end(); page += PageSize.BYTES) {
                snapshot.put(page, faults.evict(page));
            }
            sources.add(source);
        }
        return sources;
    }
}
