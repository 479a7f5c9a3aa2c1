/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.pagefault;

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
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.state.SavedState;
import io.faultline.backend.xen.XenBackendProvider;
import io.faultline.backend.xen.XenBackends;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** A machine of the Xen-style backend, its guest driver, and pages that come when the test says so. */
final class PageFaultRig {
    static final long RAM = 0x4000_0000L;
    static final long RAM_BYTES = 0x40_0000;
    static final long ROM = 0x5000_0000L;
    static final long DATA = RAM + 0x20_0000;
    static final long SHARED = 0x39FF_F000L;
    static final int EVENTS = 32;
    static final int APF = 55;

    final HypervisorBackend backend;
    final GuestDriver driver;
    final List<PageRequest> requests = new ArrayList<>();
    Machine machine;
    private final int vcpus;

    PageFaultRig(int vcpus) {
        this(vcpus, Map.of());
    }

    PageFaultRig(int vcpus, Map<String, String> settings) {
        this(vcpus, settings, PageFaultDecoration.NONE);
    }

    PageFaultRig(int vcpus, Map<String, String> settings, PageFaultDecoration decoration) {
        this.vcpus = vcpus;
        backend = XenBackends.open(
                BackendConfiguration.of(new XenBackendProvider().descriptor(), settings), new AbstractModule() {
                    @Override
                    protected void configure() {
                        bind(PageFaultDecoration.class).toInstance(decoration);
                    }
                });
        driver = backend.guestDrivers().get(0);
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
                .memory(new MemoryRegion(ROM, 0x1000, false))
                .asyncPageFaults()
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

    static long area(int vcpu) {
        return base(vcpu) + 0x1000;
    }

    /** Room for structures of calls that the driver does not know of. */
    static long struct(int vcpu) {
        return base(vcpu) + 0x2000;
    }

    static long vectors(int vcpu) {
        return base(vcpu);
    }

    static long el1(int vcpu) {
        return base(vcpu) + 0x1_0000;
    }

    static long page(int n) {
        return DATA + 0x1000L * n;
    }

    GuestSetup setup(int vcpu) {
        return new GuestSetup(MemoryRegion.ram(area(vcpu), 0x1000), base(vcpu) + 0x4000, base(vcpu) + 0x8000);
    }

    StepCpu cpu(int vcpu) {
        return new StepCpu(machine, vcpu);
    }

    void turnOn(int vcpu) {
        StepCpu first = cpu(0);
        first.x(0, Integer.toUnsignedLong(Psci.CPU_ON));
        first.x(1, machine.vcpus().get(vcpu).affinity().mpidr());
        first.x(2, el1(vcpu));
        first.hypervisorCall(0);
        assertEquals(0, first.x(0));
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
        cpu(vcpu).write(CoreRegister.PC, base(vcpu) + 0x2_0000);
    }

    /** Enables the interface and consumes the wake-all. */
    void enable(int vcpu) {
        start(vcpu);
        driver.enable(cpu(vcpu), setup(vcpu));
        assertEquals(new GuestNotification.WakeAll(), take(vcpu));
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

    boolean isDue(int vcpu) {
        open(vcpu);
        return !(cpu(vcpu).noOperation() instanceof GuestStep.Retired);
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
        assertEquals(new GuestStep.Diverted(vectors(vcpu) + 0x480), touch(vcpu, address));
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

    /** Touches an absent page from EL0 without the guest being told. */
    VcpuExit.WaitForPage hidden(int vcpu, long address) {
        return waits(touch(vcpu, address));
    }

    static VcpuExit.WaitForPage waits(GuestStep step) {
        GuestStep.Stopped stopped = assertInstanceOf(GuestStep.Stopped.class, step);
        return assertInstanceOf(VcpuExit.WaitForPage.class, stopped.exit());
    }

    /** The same, and one fault more has a veto. */
    void vetoed(int vcpu, long address, Veto veto) {
        long before = counters().count(veto);
        long announced = counters().announced();
        hidden(vcpu, address);
        assertEquals(
                before + 1, counters().count(veto), () -> counters().vetoes().toString());
        assertEquals(announced, counters().announced());
        complete(address);
        assertInstanceOf(GuestStep.Retired.class, cpu(vcpu).resume());
    }

    void complete(long page) {
        assertTrue(pages().complete(page, new byte[4096]));
    }

    /** Makes a hypercall at EL1 with everything masked, and returns X0. */
    long call(int vcpu, long number, long... arguments) {
        start(vcpu);
        StepCpu cpu = cpu(vcpu);
        for (int i = 0; i < arguments.length; i++) {
            cpu.x(i, arguments[i]);
        }
        cpu.x(16, number);
        assertInstanceOf(GuestStep.Retired.class, cpu.hypervisorCall(0xEA1));
        return cpu.x(0);
    }

    long event(int vcpu, int command, int... words) {
        for (int i = 0; i < words.length; i++) {
            word(struct(vcpu) + 4L * i, Integer.toUnsignedLong(words[i]));
        }
        return call(vcpu, EVENTS, command, struct(vcpu));
    }

    int ipi(int vcpu) {
        assertEquals(0, event(vcpu, 7, vcpu));
        return (int) word(struct(vcpu) + 4);
    }

    long register(int vcpu, long gfn, int offset, int port, int entries, int flags) {
        long at = struct(vcpu);
        machine.memory().store(at, AccessWidth.DOUBLEWORD, gfn);
        word(at + 8, offset & 0xFFFF_FFFFL);
        word(at + 12, port & 0xFFFF_FFFFL);
        word(at + 16, entries & 0xFFFF_FFFFL);
        word(at + 20, flags & 0xFFFF_FFFFL);
        return call(vcpu, APF, PageFaultOp.REGISTER, at);
    }

    long unregister(int vcpu) {
        return call(vcpu, APF, PageFaultOp.UNREGISTER, 0);
    }

    /** The port that the driver uses. */
    int port(int vcpu) {
        return (int) word(area(vcpu) + 0xD00);
    }

    long state(int vcpu) {
        return word(area(vcpu) + SharedArea.STATE);
    }

    long producer(int vcpu) {
        return word(area(vcpu) + SharedArea.PRODUCER);
    }

    void consumer(int vcpu, long value) {
        word(area(vcpu) + SharedArea.CONSUMER, value & 0xFFFF_FFFFL);
    }

    /** Token and kind of an entry, the kind above. */
    long entry(int vcpu, int place) {
        return machine.memory().load(area(vcpu) + SharedArea.RING + 8L * place, AccessWidth.DOUBLEWORD);
    }

    long word(long address) {
        return machine.memory().load(address, AccessWidth.WORD);
    }

    void word(long address, long value) {
        machine.memory().store(address, AccessWidth.WORD, value);
    }
}
