/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.guest.GuestAnswer;
import io.faultline.api.guest.GuestDriver;
import io.faultline.api.guest.GuestNotification;
import io.faultline.api.guest.GuestSetup;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageSink;
import io.faultline.api.memory.PageSource;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.state.SavedState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * Machines with guests that use asynchronous page faults by the driver of their backend, and a VMM that brings pages in when the
 * test says so. What is peculiar to a backend is in a subclass.
 */
public abstract class PageFaultScene {
    public static final long RAM = 0x4000_0000L;
    public static final long RAM_BYTES = 0x40_0000L;
    public static final long DATA = RAM + 0x20_0000L;

    public final HypervisorBackend backend;
    public final GuestDriver driver;
    /** Pages that were asked for. */
    public final List<PageRequest> requests = new ArrayList<>();

    private final MachineRequest request;
    private final MemoryRegion paged;
    private final List<Long> lost = new ArrayList<>();
    /** The machine, or the one that it has moved to. */
    public Machine machine;

    /** Pages of the range can be taken away. A subclass that is ready calls {@link #begin}. */
    protected PageFaultScene(
            HypervisorBackend backend, GuestDriver driver, MachineRequest request, MemoryRegion paged) {
        this.backend = backend;
        this.driver = driver;
        this.request = request;
        this.paged = paged;
    }

    /** Makes the machine: all vCPUs are on, at EL1 with everything masked. */
    protected final void begin() {
        machine = build();
        for (int i = 0; i < request.vcpus(); i++) {
            if (i > 0) {
                turnOn(i);
            }
            start(i);
        }
    }

    /** Room for what the guest shares with the hypervisor and what its driver needs. */
    public abstract GuestSetup setup(int vcpu);

    /** Where a vCPU goes that is told of a fault at EL0. */
    protected abstract long notPresentVector(int vcpu);

    // The machine

    private Machine build() {
        Machine built = backend.plan(request).build();
        built.asyncPageFaults().orElseThrow().attach(paged, source());
        return built;
    }

    /** Another machine that is the same. */
    public Machine other() {
        return build();
    }

    /** Saves the machine and goes on with another one. */
    public void move() {
        byte[] state = machine.save().toBytes();
        Machine next = build();
        next.restore(SavedState.fromBytes(state));
        machine.close();
        machine = next;
    }

    public PageSource source() {
        return new PageSource() {
            @Override
            public void request(PageRequest asked) {
                requests.add(asked);
            }

            @Override
            public void poll(long now, PageSink sink) {
                // the test completes pages itself, unless they are lost
                List.copyOf(lost).forEach(sink::poisoned);
                lost.clear();
            }

            @Override
            public OptionalLong nextArrival() {
                return OptionalLong.empty();
            }
        };
    }

    public AsyncPageFaults pages() {
        return machine.asyncPageFaults().orElseThrow();
    }

    public FaultCounters counters() {
        FaultCounters counters = pages().counters();
        assertTrue(counters.isBalanced(), counters::toString);
        return counters;
    }

    public long absent(int n) {
        pages().discard(page(n));
        return page(n);
    }

    /** The content of a page is its number, again and again. */
    public void complete(long page) {
        byte[] content = new byte[4096];
        Arrays.fill(content, (byte) (page >> 12));
        assertTrue(pages().complete(page, content));
    }

    /** The data of a page is lost. */
    public void poison(long page) {
        lost.add(page);
        pages().poll();
    }

    public long word(long address) {
        return machine.memory().load(address, AccessWidth.WORD);
    }

    public void word(long address, long value) {
        machine.memory().store(address, AccessWidth.WORD, value & 0xFFFF_FFFFL);
    }

    public long quad(long address) {
        return machine.memory().load(address, AccessWidth.DOUBLEWORD);
    }

    // Where things are

    /** The first of the 64 pages of a vCPU. */
    protected static long base(int vcpu) {
        return RAM + 0x4_0000L * vcpu;
    }

    /** The first page that the guest shares with the hypervisor. */
    public static long area(int vcpu) {
        return base(vcpu) + 0x1000;
    }

    public static long vectors(int vcpu) {
        return base(vcpu);
    }

    public static long el1(int vcpu) {
        return base(vcpu) + 0x1_0000;
    }

    public static long el0(int vcpu) {
        return base(vcpu) + 0x2_0000;
    }

    public static long page(int n) {
        return DATA + 0x1000L * n;
    }

    // vCPUs

    public StepCpu cpu(int vcpu) {
        return new StepCpu(machine, vcpu);
    }

    public void turnOn(int vcpu) {
        StepCpu first = cpu(0);
        start(0);
        first.x(0, Integer.toUnsignedLong(Psci.CPU_ON));
        first.x(1, machine.vcpus().get(vcpu).affinity().mpidr());
        first.x(2, el1(vcpu));
        first.hypervisorCall(0);
        assertEquals(0, first.x(0));
    }

    /** At EL1, everything masked. */
    public void start(int vcpu) {
        StepCpu cpu = cpu(vcpu);
        cpu.write(SystemRegister.VBAR_EL1, vectors(vcpu));
        cpu.write(CoreRegister.PSTATE, ProcessorState.EL1H_MASKED.spsr());
        cpu.write(CoreRegister.PC, el1(vcpu));
    }

    /** At EL1 with interrupts unmasked. */
    public void open(int vcpu) {
        start(vcpu);
        cpu(vcpu)
                .write(
                        CoreRegister.PSTATE,
                        ProcessorState.at(ExceptionLevel.EL1, true).spsr());
    }

    /** At EL0. */
    public void user(int vcpu) {
        cpu(vcpu).write(CoreRegister.PSTATE, ProcessorState.EL0T.spsr());
        cpu(vcpu).write(CoreRegister.PC, el0(vcpu));
    }

    // The driver

    /** Enables the interface and consumes the wake-all. */
    public void enable(int vcpu) {
        start(vcpu);
        driver.enable(cpu(vcpu), setup(vcpu));
        assertEquals(new GuestNotification.WakeAll(), take(vcpu));
    }

    public void disable(int vcpu) {
        start(vcpu);
        driver.disable(cpu(vcpu), setup(vcpu));
    }

    /** Takes the interrupt that is due, and acknowledges it. */
    public GuestNotification take(int vcpu) {
        open(vcpu);
        StepCpu cpu = cpu(vcpu);
        assertEquals(new GuestStep.Diverted(vectors(vcpu) + 0x280), cpu.noOperation());
        GuestNotification notification = driver.identify(cpu, setup(vcpu));
        driver.answer(cpu, setup(vcpu), notification, GuestAnswer.ACKNOWLEDGED);
        assertEquals(el1(vcpu), cpu.pc());
        return notification;
    }

    public boolean isDue(int vcpu) {
        open(vcpu);
        boolean due = !(cpu(vcpu).noOperation() instanceof GuestStep.Retired);
        start(vcpu);
        return due;
    }

    public void answer(int vcpu, long token, GuestAnswer answer) {
        driver.answer(cpu(vcpu), setup(vcpu), new GuestNotification.NotPresent(token), answer);
    }

    // Faults

    /** Touches a page by LDR X0, [X1] where the vCPU is. */
    public GuestStep touchHere(int vcpu, long address) {
        StepCpu cpu = cpu(vcpu);
        cpu.x(1, address);
        return cpu.load(AccessWidth.DOUBLEWORD, 0, 1);
    }

    public GuestStep touch(int vcpu, long address) {
        user(vcpu);
        return touchHere(vcpu, address);
    }

    /** Touches an absent page from EL0, and returns the token that the guest is given. The guest is in the handler. */
    public long announced(int vcpu, long address) {
        assertEquals(new GuestStep.Diverted(notPresentVector(vcpu)), touch(vcpu, address));
        GuestNotification notification = driver.identify(cpu(vcpu), setup(vcpu));
        return assertInstanceOf(GuestNotification.NotPresent.class, notification)
                .token();
    }

    /** The same, and the guest handles the fault asynchronously. */
    public long waitFor(int vcpu, long address) {
        long token = announced(vcpu, address);
        answer(vcpu, token, GuestAnswer.ASYNCHRONOUS);
        return token;
    }

    /** Touches an absent page from EL0 without the guest being told. */
    public VcpuExit.WaitForPage hidden(int vcpu, long address) {
        return waits(touch(vcpu, address));
    }

    public static VcpuExit.WaitForPage waits(GuestStep step) {
        GuestStep.Stopped stopped = assertInstanceOf(GuestStep.Stopped.class, step);
        return assertInstanceOf(VcpuExit.WaitForPage.class, stopped.exit());
    }

    /** Touches an absent page from EL0: one fault more has a veto. */
    public void vetoed(int vcpu, long address, Veto veto) {
        user(vcpu);
        vetoedHere(vcpu, address, veto);
    }

    /** The same where the vCPU is. */
    public void vetoedHere(int vcpu, long address, Veto veto) {
        long before = counters().count(veto);
        long announced = counters().announced();
        waits(touchHere(vcpu, address));
        assertEquals(
                before + 1, counters().count(veto), () -> counters().vetoes().toString());
        assertEquals(announced, counters().announced());
        complete(address);
        assertInstanceOf(GuestStep.Retired.class, cpu(vcpu).resume());
    }
}
