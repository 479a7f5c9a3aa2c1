/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionClass;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.PageSource;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.vmm.device.DeviceMap;
import io.faultline.vmm.device.Pl011Uart;
import io.faultline.vmm.device.Pl031Clock;
import io.faultline.vmm.paging.HostPageSource;
import io.faultline.vmm.vmbus.VmbusServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Runs the vCPUs of one machine in turn until the guest ends.
 *
 * <p>A round gives every vCPU one slice; the seed chooses who begins and how long a slice is, so that different seeds try
 * different interleavings and one seed always gives the same. When a whole round executes nothing, time is skipped to the
 * next deadline.
 */
final class RunLoop implements StateElement {
    /** A slice is at least this many instructions and less than three times as many. */
    private static final int SHORTEST_SLICE = 5_000;

    private final Machine machine;
    private final List<Vcpu> vcpus;
    private final DeviceMap devices;
    private final Pl011Uart uart;
    private final Optional<HypervisorConsole> console;
    private final Optional<VmbusServer> vmbus;
    private final Pl031Clock clock;
    private final List<PageSource> sources;
    private final List<HostPageSource> hostSources;
    private final MemoryErrors errors;
    private final Interleaving random;
    private long maxInstructions;
    private long budget;
    private long refused;
    private long ignored;
    /** What each vCPU waits for, as far as its last exit told. */
    private final Waiting[] waiting;

    /** Why a vCPU did not use up its slice. */
    private record Waiting(String reason, OptionalLong deadline) {}

    private static final Waiting RUNNING = new Waiting("running", OptionalLong.empty());
    private static final Waiting OFF = new Waiting("off", OptionalLong.empty());

    RunLoop(
            Machine machine,
            DeviceMap devices,
            Pl011Uart uart,
            Optional<HypervisorConsole> console,
            Optional<VmbusServer> vmbus,
            Pl031Clock clock,
            List<? extends PageSource> sources,
            MemoryErrors errors,
            long seed,
            long maxInstructions) {
        this.machine = machine;
        this.vcpus = machine.vcpus();
        this.devices = devices;
        this.uart = uart;
        this.console = console;
        this.vmbus = vmbus;
        this.clock = clock;
        this.errors = errors;
        this.sources = List.copyOf(sources);
        this.hostSources = this.sources.stream()
                .filter(HostPageSource.class::isInstance)
                .map(HostPageSource.class::cast)
                .toList();
        this.random = new Interleaving(seed);
        this.maxInstructions = maxInstructions;
        this.budget = maxInstructions;
        this.waiting = new Waiting[vcpus.size()];
        for (Vcpu vcpu : vcpus) {
            waiting[vcpu.index()] = vcpu.isOn() ? RUNNING : OFF;
        }
    }

    /** Runs to the end of the guest. */
    GuestOutcome run() {
        return run(Long.MAX_VALUE).orElseThrow();
    }

    /**
     * Runs for a while.
     *
     * @param instructions how many to execute over all vCPUs, at least 1; a guest that waits for ever ends before
     * @return how the guest ended; empty if it has not, and stands between two slices
     */
    Optional<GuestOutcome> run(long instructions) {
        long pause = Math.max(0, budget - instructions);
        while (true) {
            talk();
            clock.update();
            exchange();
            long before = budget;
            // A page that comes now may be one for which a vCPU waits that has had its turn.
            boolean handedOver = false;
            int first = random.next(vcpus.size());
            for (int i = 0; i < vcpus.size(); i++) {
                Vcpu vcpu = vcpus.get((first + i) % vcpus.size());
                if (!vcpu.isOn()) {
                    waiting[vcpu.index()] = OFF;
                    continue;
                }
                handedOver |= exchange();
                int length = SHORTEST_SLICE + random.next(2 * SHORTEST_SLICE);
                Optional<GuestOutcome> end = slice(vcpu, (int) Math.min(length, budget - pause));
                if (end.isPresent()) {
                    return end;
                }
                if (budget == 0) {
                    return Optional.of(new GuestOutcome.BudgetExhausted(
                            "the budget of " + maxInstructions + " instructions is used up: " + positions()));
                }
                if (budget == pause) {
                    return Optional.empty();
                }
            }
            if (budget == before && !handedOver && !idle()) {
                return Optional.of(new GuestOutcome.Failed("the guest waits for ever: " + positions()));
            }
        }
    }

    private boolean talksToHypervisor() {
        return console.isPresent() && console.get().takesInput();
    }

    /** Moves input to the console that the guest uses, and the output of the hypervisor's console to the host. */
    private void talk() {
        console.ifPresent(HypervisorConsole::exchange);
        if (!talksToHypervisor()) {
            uart.pollInput();
        }
    }

    /**
     * Hands everything sent so far to the host.
     *
     * @throws java.io.UncheckedIOException if the host's stream fails
     */
    void flush() {
        console.ifPresent(HypervisorConsole::exchange);
        uart.flush();
    }

    /** The defined points at which what happens outside reaches the machine; true if something did. */
    private boolean exchange() {
        boolean handedOver = false;
        for (HostPageSource source : hostSources) {
            handedOver |= source.exchange(machine.clock().nanos());
        }
        if (vmbus.isPresent()) {
            handedOver |= vmbus.get().exchange();
        }
        return handedOver;
    }

    /** Nothing runs: lets happen what comes next. */
    private boolean idle() {
        long now = machine.clock().nanos();
        OptionalLong next = nextDeadline(now);
        for (HostPageSource source : hostSources) {
            flush();
            if (source.await(now, next)) {
                return true;
            }
        }
        if (next.isPresent()) {
            flush();
            machine.clock().skipTo(next.getAsLong());
            return true;
        }
        return talksToHypervisor() ? console.get().awaitInput() : uart.awaitInput();
    }

    /** Runs one vCPU for a while. An exit counts as an instruction, so that a slice of nothing but exits ends, too. */
    private Optional<GuestOutcome> slice(Vcpu vcpu, int length) {
        errors.poll(maxInstructions - budget);
        long limit = Math.min(Math.min(length, budget), errors.untilNext(maxInstructions - budget));
        long start = vcpu.retired();
        long exits = 0;
        waiting[vcpu.index()] = RUNNING;
        Optional<GuestOutcome> end = Optional.empty();
        long used = 0;
        while (used < limit && end.isEmpty() && waiting[vcpu.index()] == RUNNING) {
            VcpuExit exit = vcpu.run(RunBudget.instructions(limit - used));
            end = handle(vcpu, exit);
            if (waiting[vcpu.index()] == RUNNING) {
                exits++;
            }
            used = Math.max(vcpu.retired() - start, exits);
        }
        budget -= Math.min(used, budget);
        return end;
    }

    private Optional<GuestOutcome> handle(Vcpu vcpu, VcpuExit exit) {
        if (exit instanceof VcpuExit.MmioRead read) {
            return readDevice(vcpu, read);
        }
        if (exit instanceof VcpuExit.MmioWrite write) {
            return writeDevice(vcpu, write);
        }
        if (exit instanceof VcpuExit.SystemEvent event) {
            return Optional.of(
                    event.kind() == VcpuExit.SystemEvent.Kind.OFF
                            ? new GuestOutcome.PoweredOff()
                            : new GuestOutcome.ResetRequested());
        }
        if (exit instanceof VcpuExit.Unrecoverable stuck) {
            return failed(vcpu.index(), stuck.pc(), "cannot go on: " + stuck.reason() + cause(vcpu, stuck.syndrome()));
        }
        if (exit instanceof VcpuExit.BackendSpecific specific) {
            return failed(vcpu.index(), vcpu.read(CoreRegister.PC), BackendExits.describe(specific, machine.memory()));
        }
        if (exit instanceof VcpuExit.WaitForInterrupt wait) {
            waiting[vcpu.index()] = new Waiting("waiting for an interrupt", wait.deadline());
        } else if (exit instanceof VcpuExit.WaitForPage wait) {
            waiting[vcpu.index()] = new Waiting(
                    "waiting for page 0x" + Long.toHexString(wait.ticket().page()), OptionalLong.empty());
        } else if (exit instanceof VcpuExit.PoweredOff) {
            waiting[vcpu.index()] = OFF;
        }
        return Optional.empty();
    }

    /** The exception that could not be taken tells more about the guest than the vector at which it is stuck. */
    private static String cause(Vcpu vcpu, long syndrome) {
        if (syndrome == 0) {
            return "";
        }
        int code = (int) (syndrome >>> 26) & 0x3F;
        String name = code == 0
                ? "undefined instruction"
                : ExceptionClass.of(code)
                        .map(found -> found.name()
                                .replaceFirst("_(SAME|LOWER)$", "")
                                .toLowerCase(Locale.ROOT)
                                .replace('_', ' '))
                        .orElse("unknown exception");
        return " (" + name + " at PC 0x" + Long.toHexString(vcpu.read(SystemRegister.ELR_EL1)) + ", ESR 0x"
                + Long.toHexString(syndrome) + ")";
    }

    private Optional<GuestOutcome> readDevice(Vcpu vcpu, VcpuExit.MmioRead read) {
        Optional<DeviceMap.Mapping> mapping =
                devices.find(read.address(), read.width().bytes());
        if (mapping.isPresent()) {
            long offset = read.address() - mapping.get().frame().base();
            // A register that a device does not have reads as zero, as on QEMU's board.
            vcpu.completeMmioRead(
                    mapping.get().device().read(offset, read.width()).orElse(0));
        } else {
            refuse(vcpu);
        }
        return Optional.empty();
    }

    private Optional<GuestOutcome> writeDevice(Vcpu vcpu, VcpuExit.MmioWrite write) {
        Optional<DeviceMap.Mapping> mapping =
                devices.find(write.address(), write.width().bytes());
        if (mapping.isPresent()) {
            long offset = write.address() - mapping.get().frame().base();
            if (!mapping.get().device().write(offset, write.width(), write.value())) {
                ignored++;
            }
        } else {
            refuse(vcpu);
        }
        return Optional.empty();
    }

    /** Nothing answers there: an external abort, as on a real board. */
    private void refuse(Vcpu vcpu) {
        refused++;
        vcpu.refuseMmio();
    }

    /** Returns how many accesses went to addresses without memory and device. */
    long refused() {
        return refused;
    }

    /** Returns how many writes went to registers that their device does not have. */
    long ignored() {
        return ignored;
    }

    private static Optional<GuestOutcome> failed(int vcpu, long pc, String what) {
        return Optional.of(new GuestOutcome.Failed("vCPU " + vcpu + " at PC 0x" + Long.toHexString(pc) + " " + what));
    }

    /** Returns the next thing that happens by itself. Deadlines that have passed without effect do not count. */
    private OptionalLong nextDeadline(long now) {
        List<OptionalLong> deadlines = new ArrayList<>();
        deadlines.add(machine.clock().nextDeadline());
        deadlines.add(clock.nextDeadline());
        sources.forEach(source -> deadlines.add(source.nextArrival()));
        for (Waiting wait : waiting) {
            deadlines.add(wait.deadline());
        }
        return deadlines.stream()
                .filter(OptionalLong::isPresent)
                .mapToLong(OptionalLong::getAsLong)
                .filter(deadline -> deadline > now)
                .min();
    }

    @Override
    public String stateName() {
        return "run-loop";
    }

    @Override
    public void reset() {
        random.reset();
        budget = maxInstructions;
    }

    /**
     * {@inheritDoc}
     *
     * <p>What vCPUs wait for is not part of it: they tell again when they are run. Statistics count for each loop.
     */
    @Override
    public void save(StateWriter writer) {
        writer.element(random);
        writer.word("max-instructions", maxInstructions);
        writer.word("budget", budget);
    }

    @Override
    public void restore(StateReader reader) {
        reader.element(random);
        maxInstructions = reader.word("max-instructions", 1, Long.MAX_VALUE);
        budget = reader.word("budget", 1, maxInstructions);
        for (Vcpu vcpu : vcpus) {
            waiting[vcpu.index()] = vcpu.isOn() ? RUNNING : OFF;
        }
    }

    private String positions() {
        return vcpus.stream()
                .map(vcpu -> {
                    Waiting wait = waiting[vcpu.index()];
                    String place = wait == OFF ? "" : " at PC 0x" + Long.toHexString(vcpu.read(CoreRegister.PC));
                    return "vCPU " + vcpu.index() + place + " is " + wait.reason();
                })
                .collect(Collectors.joining(", "));
    }
}
