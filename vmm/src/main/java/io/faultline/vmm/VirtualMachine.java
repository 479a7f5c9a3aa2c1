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
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.vmm.acpi.DescriptionTable;
import io.faultline.vmm.acpi.FirmwareTables;
import io.faultline.vmm.device.DeviceMap;
import io.faultline.vmm.device.InterruptLine;
import io.faultline.vmm.device.Pl011Uart;
import io.faultline.vmm.device.Pl031Clock;
import io.faultline.vmm.paging.AbsentRange;
import io.faultline.vmm.paging.SnapshotPageSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

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
    private final Pl011Uart uart;
    private final RunLoop loop;
    private final GuestPlacement.Placed placed;
    private final MemoryErrors errors;

    private VirtualMachine(Machine machine, GuestConfiguration configuration) {
        this.machine = machine;
        this.uart = new Pl011Uart(
                configuration.consoleOutput(), configuration.consoleInput(), line(machine, UART_INTERRUPT));
        Pl031Clock clock = new Pl031Clock(machine.clock(), configuration.epoch(), line(machine, CLOCK_INTERRUPT));
        DeviceMap devices = new DeviceMap().add(Pl011Uart.VIRT_FRAME, uart).add(Pl031Clock.VIRT_FRAME, clock);
        this.placed = new GuestPlacement(configuration).load(machine);
        this.errors = MemoryErrorPlan.of(machine, configuration, placed);
        List<SnapshotPageSource> sources = evict(absentRanges(configuration));
        Vcpu boot = machine.vcpus().get(0);
        boot.write(CoreRegister.PC, configuration.image().entry());
        boot.write(CoreRegister.X0, placed.tree());
        this.loop = new RunLoop(
                machine, devices, uart, clock, sources, errors, configuration.seed(), configuration.maxInstructions());
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
        MachineRequest.Builder request = MachineRequest.builder()
                .vcpus(configuration.vcpus())
                .level(configuration.level())
                .trace(configuration.trace())
                .seed(configuration.seed());
        configuration.memory().forEach(request::memory);
        backend.capabilities().get(Capabilities.ASYNC_PAGE_FAULTS).ifPresent(limits -> {
            if (limits.needsEvent()) {
                request.asyncPageFaults(NOT_PRESENT_EVENT, READY_INTERRUPT);
            } else {
                request.asyncPageFaults(READY_INTERRUPT);
            }
        });
        if (configuration.acpi() && MemoryErrorPlan.canReport(backend.capabilities())) {
            request.channel(MemoryErrors.CHANNEL);
        }
        Machine machine = backend.plan(request.build()).build();
        try {
            return new VirtualMachine(machine, configuration);
        } catch (RuntimeException refused) {
            machine.close();
            throw refused;
        }
    }

    /**
     * Returns the device tree that describes the machine, as the guest gets it if it gets one.
     *
     * @return the flattened tree
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
            uart.flush();
        }
    }

    /**
     * Returns all counters of the machine and of the VMM.
     *
     * @return name to count, sorted by name; the names are stable
     */
    public SortedMap<String, Long> statistics() {
        return Statistics.of(machine, uart, loop, errors);
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
            SnapshotPageSource source = new SnapshotPageSource(range.latencyNanos());
            faults.attach(range.pages(), source);
            for (long page = range.pages().base(); page < range.pages().end(); page += PageSize.BYTES) {
                source.store(page, faults.evict(page));
            }
            sources.add(source);
        }
        return sources;
    }
}
