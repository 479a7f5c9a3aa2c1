/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageSource;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.pagefault.FaultDecision;
import io.faultline.api.state.SavedState;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * One machine of a scenario together with what its VMM has connected to it.
 *
 * <p>A cut replaces the machine by a restored one and connects everything again; so ask for {@link #machine()},
 * {@link #faults()} and {@link #notifications()} each time instead of keeping the answer. Not thread-safe.
 *
 * @since 0.1
 */
public final class Rig {
    private record Attachment(MemoryRegion range, PageSource source) {}

    private final Scenario scenario;
    private final MachinePlan plan;
    private final List<SteppingGuestCpu> cpus = new ArrayList<>();
    private final List<Attachment> attachments = new ArrayList<>();
    private final List<Consumer<Machine>> connections = new ArrayList<>();
    private FaultDecision decision = FaultDecision.ACCEPT_ALL;
    private Machine machine;
    private boolean waitsForMmio;
    private boolean ended;

    Rig(Scenario scenario, MachinePlan plan) {
        this.scenario = scenario;
        this.plan = plan;
        this.machine = plan.build();
        for (int i = 0; i < Math.min(plan.request().vcpus(), GuestLayout.LARGEST_VCPUS); i++) {
            cpus.add(new SteppingGuestCpu(this, i));
        }
    }

    /**
     * Returns the machine as it is now.
     *
     * @return the machine; not to be kept over a guest operation
     */
    public Machine machine() {
        return machine;
    }

    /**
     * Returns the guest program on a vCPU.
     *
     * @param index index of the vCPU
     * @return the same object every time
     */
    public SteppingGuestCpu cpu(int index) {
        return cpus.get(index);
    }

    /**
     * Returns the VMM's side of absent pages.
     *
     * @return the interface; not to be kept over a guest operation
     * @throws CheckFailure if the machine does not have it
     */
    public AsyncPageFaults faults() {
        return machine.asyncPageFaults()
                .orElseThrow(() -> missing("Machine.asyncPageFaults()", "present, as the backend declares paging"));
    }

    /**
     * Returns the VMM's side of event notification.
     *
     * @return the interface; not to be kept over a guest operation
     * @throws CheckFailure if the machine does not have it
     */
    public EventNotifications notifications() {
        return machine.notifications()
                .orElseThrow(() -> missing("Machine.notifications()", "present, as the request has channels"));
    }

    /**
     * Turns a vCPU on by a PSCI CPU_ON call of vCPU 0; it begins at its EL1 lane, with its own vectors.
     *
     * @param index index of the vCPU, not 0
     * @return the guest program on it
     */
    public SteppingGuestCpu turnOn(int index) {
        SteppingGuestCpu cpu = cpu(index);
        long affinity = cpu.vcpu().affinity().mpidr();
        long result = cpu(0).call(Psci.CPU_ON, affinity, cpu.layout().el1(), index);
        scenario.expectEqual("result of PSCI CPU_ON for vCPU " + index, Psci.SUCCESS, result);
        scenario.expectThat("vCPU " + index + " is on after CPU_ON", cpu.vcpu().isOn());
        scenario.expectEqual(
                "PC of vCPU " + index + " after CPU_ON", cpu.layout().el1(), cpu.pc());
        cpu.msr(SystemRegister.VBAR_EL1, cpu.layout().vectors());
        return cpu;
    }

    /**
     * Lets a vCPU run code that is in memory.
     *
     * @param index index of the vCPU
     * @param instructions largest number of instructions
     * @return why it stopped
     */
    public VcpuExit run(int index, long instructions) {
        scenario.charge(instructions);
        VcpuExit exit = machine.vcpus().get(index).run(RunBudget.instructions(instructions));
        scenario.trace().line("vcpu " + index + " ran -> " + exit);
        stopped(exit);
        return exit;
    }

    /**
     * Writes a program into memory.
     *
     * @param address where to, a multiple of 4
     * @param instructions encodings, see {@link A64}
     */
    public void program(long address, int... instructions) {
        for (int i = 0; i < instructions.length; i++) {
            machine.memory().store(address + 4L * i, AccessWidth.WORD, instructions[i]);
        }
    }

    /**
     * Makes a source responsible for pages. Stays so over a cut.
     *
     * @param source the source
     * @param firstPage address of the first page
     * @param pages how many
     */
    public void attach(PageSource source, long firstPage, int pages) {
        MemoryRegion range = MemoryRegion.ram(firstPage, (long) pages << PageSize.SHIFT);
        faults().attach(range, source);
        attachments.add(new Attachment(range, source));
    }

    /**
     * Takes pages away from the guest and gives their content to a source, which is attached for them.
     *
     * @param source the source
     * @param firstPage address of the first page
     * @param pages how many
     */
    public void pageOut(ScriptedPageSource source, long firstPage, int pages) {
        attach(source, firstPage, pages);
        for (int i = 0; i < pages; i++) {
            evict(source, firstPage + ((long) i << PageSize.SHIFT));
        }
    }

    /**
     * Takes a page away from the guest and gives its content to a source that is attached already.
     *
     * @param source the source
     * @param page address of the page
     */
    public void evict(ScriptedPageSource source, long page) {
        source.put(page, faults().evict(page));
    }

    /**
     * Sets who decides whether a fault is announced. Stays so over a cut.
     *
     * @param decision asked for every fault from now on
     */
    public void decideBy(FaultDecision decision) {
        this.decision = decision;
        faults().decideBy(decision);
    }

    /**
     * Moves virtual time forward and hands over what page sources have by then.
     *
     * @param nanos nanoseconds, at least 0
     */
    public void advance(long nanos) {
        scenario.note("the VMM skips " + nanos + " ns");
        machine.clock().skipTo(machine.clock().nanos() + nanos);
        machine.asyncPageFaults().ifPresent(AsyncPageFaults::poll);
    }

    /**
     * Moves virtual time to the next deadline, as a VMM does whose vCPUs are all idle.
     *
     * @return false if nothing is due
     */
    public boolean advanceToDeadline() {
        OptionalLong deadline = machine.clock().nextDeadline();
        deadline.ifPresent(nanos -> advance(Math.max(0, nanos - machine.clock().nanos())));
        return deadline.isPresent();
    }

    /**
     * Connects something of the VMM that is not part of the state of a machine: now, and again after each cut.
     *
     * @param connection connects it to a machine
     */
    public void connectBy(Consumer<Machine> connection) {
        connection.accept(machine);
        connections.add(connection);
    }

    /** Saves the machine, throws it away and goes on with a restored one. */
    public void cut() {
        byte[] state = machine.save().toBytes();
        Machine fresh = plan.build();
        try {
            fresh.restore(SavedState.fromBytes(state));
            connect(fresh);
        } catch (RuntimeException | Error refused) {
            fresh.close();
            throw refused;
        }
        machine.close();
        machine = fresh;
        scenario.note("cut: saved " + state.length + " bytes and restored them into a fresh machine");
    }

    /** Closes the machine for good; the guest programs on it must not be used any more. */
    public void end() {
        scenario.note("the VMM closes the machine");
        ended = true;
        machine.close();
    }

    private void connect(Machine fresh) {
        fresh.asyncPageFaults().ifPresent(faults -> {
            attachments.forEach(attachment -> faults.attach(attachment.range, attachment.source));
            faults.decideBy(decision);
        });
        connections.forEach(connection -> connection.accept(fresh));
    }

    /**
     * Returns the scenario that this machine belongs to.
     *
     * @return the scenario
     */
    public Scenario scenario() {
        return scenario;
    }

    void boot() {
        SteppingGuestCpu first = cpu(0);
        first.write(CoreRegister.PC, first.layout().el1());
        first.write(CoreRegister.SP_EL1, first.layout().stackTop());
        first.msr(SystemRegister.VBAR_EL1, first.layout().vectors());
    }

    void beforeOperation(SteppingGuestCpu cpu) {
        if (scenario.countOperation(cpu) && !waitsForMmio) {
            cut();
        }
    }

    /** A machine whose vCPU waits for the answer to an MMIO read cannot be saved. */
    void stopped(VcpuExit exit) {
        waitsForMmio = exit instanceof VcpuExit.MmioRead;
    }

    boolean isEnded() {
        return ended;
    }

    void close() {
        machine.close();
    }

    private CheckFailure missing(String what, String expected) {
        return new CheckFailure(what, expected, "empty", scenario.where());
    }
}
