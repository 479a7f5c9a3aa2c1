/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.inject.AbstractModule;
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
import io.faultline.backend.core.guest.GuestInterrupts;
import io.faultline.backend.core.guest.GuestProgram;
import io.faultline.backend.hyperv.HypervRig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** A machine with guests that use asynchronous page faults, and a VMM that brings pages in when the test says so. */
final class PageFaultRig {
    static final long RAM = 0x4000_0000L;
    static final long RAM_BYTES = 0x40_0000L;
    static final long DATA = RAM + 0x20_0000L;
    static final int INTERRUPT = 23;
    static final int SOURCE = 5;

    static final int CONTROL = 0xF_A001;
    static final int LIMITS = 0xF_A000;
    static final int VECTORS = 0x4_0400;
    static final int SYNDROME = 0x4_0401;
    static final int ASSIST = 0x9_0013;
    static final int SYNIC_CONTROL = 0xA_0010;
    static final int FLAGS_PAGE = 0xA_0012;
    static final int MESSAGES_PAGE = 0xA_0013;
    static final int END_OF_MESSAGE = 0xA_0014;

    private static final int FUNCTION = 0x4600_0001;
    private static final long FAST_ONE = 1L << 32 | 1L << 16;

    final HypervisorBackend backend;
    final GuestDriver driver;
    final List<PageRequest> requests = new ArrayList<>();
    private final int vcpus;
    private final boolean byFlag;
    Machine machine;

    PageFaultRig(int vcpus, boolean byFlag, String... settings) {
        this(vcpus, byFlag, PageFaultDecoration.NONE, settings);
    }

    PageFaultRig(int vcpus, boolean byFlag, PageFaultDecoration decoration, String... settings) {
        this.vcpus = vcpus;
        this.byFlag = byFlag;
        Map<String, String> all = new java.util.TreeMap<>();
        for (String setting : settings) {
            all.put(setting.split("=")[0], setting.split("=")[1]);
        }
        backend = HypervRig.open(all, new AbstractModule() {
            @Override
            protected void configure() {
                bind(PageFaultDecoration.class).toInstance(decoration);
            }
        });
        driver = backend.guestDrivers().get(byFlag ? 1 : 0);
        machine = build();
        for (int i = 0; i < vcpus; i++) {
            if (i > 0) {
                turnOn(i);
            }
            start(i);
        }
    }

    private Machine build() {
        MachineRequest request = MachineRequest.builder()
                .vcpus(vcpus)
                .memory(MemoryRegion.ram(RAM, RAM_BYTES))
                .asyncPageFaults(INTERRUPT)
                .build();
        Machine built = backend.plan(request).build();
        built.asyncPageFaults().orElseThrow().attach(MemoryRegion.ram(DATA, RAM + RAM_BYTES - DATA), source());
        return built;
    }

    /** Saves the machine and goes on with another one. */
    void move() {
        byte[] state = machine.save().toBytes();
        Machine next = build();
        next.restore(SavedState.fromBytes(state));
        machine.close();
        machine = next;
    }

    Machine other() {
        return build();
    }

    private PageSource source() {
        return new PageSource() {
            @Override
            public void request(PageRequest request) {
                requests.add(request);
            }

            @Override
            public void poll(long now, PageSink sink) {
                // the test completes pages itself
            }

            @Override
            public OptionalLong nextArrival() {
                return OptionalLong.empty();
            }
        };
    }

    AsyncPageFaults pages() {
        return machine.asyncPageFaults().orElseThrow();
    }

    FaultCounters counters() {
        FaultCounters counters = pages().counters();
        assertTrue(counters.isBalanced(), counters::toString);
        return counters;
    }

    private static long base(int vcpu) {
        return RAM + 0x4_0000L * vcpu;
    }

    static long assist(int vcpu) {
        return base(vcpu) + 0x1000;
    }

    /** The page of messages or flags. */
    static long synic(int vcpu) {
        return assist(vcpu) + 0x1000;
    }

    static long slot(int vcpu) {
        return synic(vcpu) + 256 * SOURCE;
    }

    static long handler(int vcpu) {
        return base(vcpu) + 0x4000;
    }

    static long vectors(int vcpu) {
        return base(vcpu);
    }

    static long el1(int vcpu) {
        return base(vcpu) + 0x1_0000;
    }

    static long el0(int vcpu) {
        return base(vcpu) + 0x2_0000;
    }

    static long page(int n) {
        return DATA + 0x1000L * n;
    }

    GuestSetup setup(int vcpu) {
        return new GuestSetup(MemoryRegion.ram(assist(vcpu), 0x3000), handler(vcpu), base(vcpu) + 0x8000);
    }

    StepCpu cpu(int vcpu) {
        return new StepCpu(machine, vcpu);
    }

    void turnOn(int vcpu) {
        StepCpu first = cpu(0);
        start(0);
        first.x(0, Integer.toUnsignedLong(Psci.CPU_ON));
        first.x(1, machine.vcpus().get(vcpu).affinity().mpidr());
        first.x(2, el1(vcpu));
        first.hypervisorCall(0);
        assertEquals(0, first.x(0));
    }

    void turnOff(int vcpu) {
        start(vcpu);
        cpu(vcpu).x(0, Integer.toUnsignedLong(Psci.CPU_OFF));
        GuestStep.Stopped stopped =
                assertInstanceOf(GuestStep.Stopped.class, cpu(vcpu).hypervisorCall(0));
        assertInstanceOf(VcpuExit.PoweredOff.class, stopped.exit());
    }

    /** At EL1, everything masked. */
    void start(int vcpu) {
        StepCpu cpu = cpu(vcpu);
        cpu.write(SystemRegister.VBAR_EL1, vectors(vcpu));
        cpu.write(CoreRegister.PSTATE, ProcessorState.EL1H_MASKED.spsr());
        cpu.write(CoreRegister.PC, el1(vcpu));
    }

    /** At EL1 with interrupts unmasked. */
    void open(int vcpu) {
        start(vcpu);
        cpu(vcpu)
                .write(
                        CoreRegister.PSTATE,
                        ProcessorState.at(ExceptionLevel.EL1, true).spsr());
    }

    /** At EL0. */
    void user(int vcpu) {
        cpu(vcpu).write(CoreRegister.PSTATE, ProcessorState.EL0T.spsr());
        cpu(vcpu).write(CoreRegister.PC, el0(vcpu));
    }

    /** Enables the interface and consumes the wake-all. */
    void enable(int vcpu) {
        start(vcpu);
        driver.enable(cpu(vcpu), setup(vcpu));
        assertEquals(new GuestNotification.WakeAll(), take(vcpu));
    }

    void disable(int vcpu) {
        start(vcpu);
        driver.disable(cpu(vcpu), setup(vcpu));
    }

    /** Takes the interrupt that is due, and acknowledges it. */
    GuestNotification take(int vcpu) {
        open(vcpu);
        StepCpu cpu = cpu(vcpu);
        assertEquals(new GuestStep.Diverted(vectors(vcpu) + 0x280), cpu.noOperation());
        GuestNotification notification = driver.identify(cpu, setup(vcpu));
        driver.answer(cpu, setup(vcpu), notification, GuestAnswer.ACKNOWLEDGED);
        assertEquals(el1(vcpu), cpu.pc());
        return notification;
    }

    void takesReady(int vcpu, long token) {
        assertEquals(new GuestNotification.Ready(token), take(vcpu));
    }

    boolean isDue(int vcpu) {
        open(vcpu);
        boolean due = !(cpu(vcpu).noOperation() instanceof GuestStep.Retired);
        start(vcpu);
        return due;
    }

    /** Touches a page by LDR X0, [X1] where the vCPU is. */
    GuestStep touchHere(int vcpu, long address) {
        StepCpu cpu = cpu(vcpu);
        cpu.x(1, address);
        return cpu.load(AccessWidth.DOUBLEWORD, 0, 1);
    }

    GuestStep touch(int vcpu, long address) {
        user(vcpu);
        return touchHere(vcpu, address);
    }

    long absent(int n) {
        pages().discard(page(n));
        return page(n);
    }

    /** Touches an absent page from EL0, and returns the token that the guest is given. The guest is in the handler. */
    long announced(int vcpu, long address) {
        assertEquals(new GuestStep.Diverted(handler(vcpu) + 0x400), touch(vcpu, address));
        GuestNotification notification = driver.identify(cpu(vcpu), setup(vcpu));
        return assertInstanceOf(GuestNotification.NotPresent.class, notification)
                .token();
    }

    void answer(int vcpu, long token, GuestAnswer answer) {
        driver.answer(cpu(vcpu), setup(vcpu), new GuestNotification.NotPresent(token), answer);
    }

    /** The same, and the guest handles the fault asynchronously. */
    long waitFor(int vcpu, long address) {
        long token = announced(vcpu, address);
        answer(vcpu, token, GuestAnswer.ASYNCHRONOUS);
        return token;
    }

    static VcpuExit.WaitForPage waits(GuestStep step) {
        GuestStep.Stopped stopped = assertInstanceOf(GuestStep.Stopped.class, step);
        return assertInstanceOf(VcpuExit.WaitForPage.class, stopped.exit());
    }

    /** Touches an absent page from EL0: one fault more has a veto. */
    void vetoed(int vcpu, long address, Veto veto) {
        user(vcpu);
        vetoedHere(vcpu, address, veto);
    }

    /** The same where the vCPU is. */
    void vetoedHere(int vcpu, long address, Veto veto) {
        long before = counters().count(veto);
        long announced = counters().announced();
        waits(touchHere(vcpu, address));
        assertEquals(
                before + 1, counters().count(veto), () -> counters().vetoes().toString());
        assertEquals(announced, counters().announced());
        complete(address);
        assertInstanceOf(GuestStep.Retired.class, cpu(vcpu).resume());
    }

    void complete(long page) {
        assertTrue(pages().complete(page, new byte[4096]));
    }

    int set(int vcpu, int name, long value) {
        start(vcpu);
        return call(vcpu, 0x51, name, 0, value, 0);
    }

    void sets(int vcpu, int name, long value) {
        assertEquals(0, set(vcpu, name, value));
    }

    int tryGet(int vcpu, int name) {
        start(vcpu);
        return call(vcpu, 0x50, name);
    }

    long get(int vcpu, int name) {
        assertEquals(0, tryGet(vcpu, name));
        return cpu(vcpu).x(6);
    }

    private int call(int vcpu, long code, long... more) {
        StepCpu cpu = cpu(vcpu);
        long[] x = {FUNCTION, code | FAST_ONE, -1, 0xFFFF_FFFEL};
        for (int i = 0; i < x.length; i++) {
            cpu.x(i, x[i]);
        }
        for (int i = 0; i < more.length; i++) {
            cpu.x(x.length + i, more[i]);
        }
        assertInstanceOf(GuestStep.Retired.class, cpu.hypervisorCall(0));
        return (int) cpu.x(0) & 0xFFFF;
    }

    /** The value of the control register with which the driver enables. */
    long control() {
        return 1 | (byFlag ? 4 : 0) | SOURCE << 16;
    }

    /** Nothing interrupts the vCPU any more. */
    void silence(int vcpu) {
        start(vcpu);
        new GuestInterrupts(new GuestProgram(cpu(vcpu), "test"), vcpu).disable(INTERRUPT);
    }

    void unmask(int vcpu, boolean unmasked) {
        sets(vcpu, 0xA_0000 + SOURCE, unmasked ? INTERRUPT : 1 << 16 | INTERRUPT);
    }

    void synic(int vcpu, boolean on) {
        sets(vcpu, SYNIC_CONTROL, on ? 1 : 0);
    }

    void synicPage(int vcpu, boolean on) {
        sets(vcpu, byFlag ? FLAGS_PAGE : MESSAGES_PAGE, on ? synic(vcpu) | 1 : 0);
    }

    int word(long address) {
        return (int) machine.memory().load(address, AccessWidth.WORD);
    }

    void word(long address, long value) {
        machine.memory().store(address, AccessWidth.WORD, value & 0xFFFF_FFFFL);
    }

    long quad(long address) {
        return machine.memory().load(address, AccessWidth.DOUBLEWORD);
    }

    int state(int vcpu) {
        return word(assist(vcpu) + FaultInformation.STATE);
    }

    void state(int vcpu, int value) {
        word(assist(vcpu) + FaultInformation.STATE, value);
    }
}
