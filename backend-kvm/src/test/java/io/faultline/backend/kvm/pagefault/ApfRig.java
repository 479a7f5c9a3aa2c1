/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
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
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.trace.TraceEvent;
import io.faultline.backend.kvm.KvmBackendProvider;
import io.faultline.backend.kvm.KvmBackends;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/** A machine of the KVM-style backend, its guest driver, and pages that come when the test says so. */
final class ApfRig {
    static final long RAM = 0x4000_0000L;
    static final long RAM_BYTES = 0x40_0000;
    static final long ROM = 0x5000_0000L;
    static final long DATA = RAM + 0x20_0000;
    static final int EVENT = 0x4040_0001;
    static final int INTERRUPT = 23;
    static final int FUNCTION = 0x8600_0002;
    static final int HVC = 0xD400_0002;

    final List<TraceEvent> trace = new ArrayList<>();
    final ApfRoute route;
    final HypervisorBackend backend;
    final Machine machine;
    final GuestDriver driver;
    /** Pages that were asked for and have not come. */
    final List<PageRequest> requests = new ArrayList<>();

    private final List<Long> lost = new ArrayList<>();

    ApfRig(int vcpus) {
        this(vcpus, Map.of(), PageFaultDecoration.NONE);
    }

    ApfRig(int vcpus, Map<String, String> settings, PageFaultDecoration decoration) {
        this(
                vcpus,
                settings,
                decoration,
                request -> routeOf(settings).needsEvent()
                        ? request.asyncPageFaults(EVENT, INTERRUPT)
                        : request.asyncPageFaults(INTERRUPT));
    }

    private static ApfRoute routeOf(Map<String, String> settings) {
        return ApfRoute.valueOf(settings.getOrDefault("apf.route", "sdei").toUpperCase(Locale.ROOT));
    }

    ApfRig(
            int vcpus,
            Map<String, String> settings,
            PageFaultDecoration decoration,
            UnaryOperator<MachineRequest.Builder> more) {
        route = routeOf(settings);
        backend = KvmBackends.open(
                BackendConfiguration.of(new KvmBackendProvider().descriptor(), settings), replacing(decoration));
        MachineRequest.Builder request = MachineRequest.builder()
                .vcpus(vcpus)
                .memory(MemoryRegion.ram(RAM, RAM_BYTES))
                .memory(new MemoryRegion(ROM, 0x1000, false))
                .trace((nanos, event) -> trace.add(event));
        machine = backend.plan(more.apply(request).build()).build();
        driver = backend.guestDrivers().get(0);
        pages().attach(MemoryRegion.ram(RAM, RAM_BYTES), source());
        for (int i = 0; i < vcpus; i++) {
            if (i > 0) {
                turnOn(i);
            }
            start(i);
        }
    }

    private static Module replacing(PageFaultDecoration decoration) {
        return new AbstractModule() {
            @Override
            protected void configure() {
                bind(PageFaultDecoration.class).toInstance(decoration);
            }
        };
    }

    /** The data of a page is lost. */
    static void poison(ApfRig rig, long page) {
        rig.lost.add(page);
        rig.pages().poll();
    }

    PageSource source() {
        return new PageSource() {
            @Override
            public void request(PageRequest request) {
                requests.add(request);
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

    AsyncPageFaults pages() {
        return machine.asyncPageFaults().orElseThrow();
    }

    FaultCounters counters() {
        FaultCounters counters = pages().counters();
        assertEquals(true, counters.isBalanced(), counters::toString);
        return counters;
    }

    private static long base(int vcpu) {
        return RAM + 0x4_0000L * vcpu;
    }

    static long area(int vcpu) {
        return base(vcpu) + 0x1000;
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
        cpu(vcpu).write(CoreRegister.PC, el0(vcpu));
    }

    /** Enables the interface and consumes the wake-all. */
    void enable(int vcpu) {
        start(vcpu);
        driver.enable(cpu(vcpu), setup(vcpu));
        assertEquals(new GuestNotification.WakeAll(), takeReady(vcpu));
    }

    /** Takes the interrupt that is due, and acknowledges it. */
    GuestNotification takeReady(int vcpu) {
        open(vcpu);
        StepCpu cpu = cpu(vcpu);
        assertEquals(new GuestStep.Diverted(vectors(vcpu) + 0x280), cpu.noOperation());
        GuestNotification notification = driver.identify(cpu, setup(vcpu));
        driver.answer(cpu, setup(vcpu), notification, GuestAnswer.ACKNOWLEDGED);
        assertEquals(el1(vcpu), cpu.pc());
        return notification;
    }

    boolean isReadyDue(int vcpu) {
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

    /** Touches an absent page from EL0, and returns the token that the guest is given. The guest is in the handler. */
    long announced(int vcpu, long address) {
        long handler = route.needsEvent() ? setup(vcpu).handler() : vectors(vcpu) + 0x480;
        assertEquals(new GuestStep.Diverted(handler), touch(vcpu, address));
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
        GuestStep.Stopped stopped = assertInstanceOf(GuestStep.Stopped.class, touch(vcpu, address));
        return assertInstanceOf(VcpuExit.WaitForPage.class, stopped.exit());
    }

    void complete(long page) {
        byte[] content = new byte[4096];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (page >> 12);
        }
        assertEquals(true, pages().complete(page, content));
    }

    /** Makes a call at EL1 with everything masked, and returns X0. */
    long call(int vcpu, int function, long... arguments) {
        start(vcpu);
        StepCpu cpu = cpu(vcpu);
        cpu.x(0, Integer.toUnsignedLong(function));
        for (int i = 0; i < arguments.length; i++) {
            cpu.x(i + 1, arguments[i]);
        }
        assertInstanceOf(GuestStep.Retired.class, cpu.hypervisorCall(0));
        return cpu.x(0);
    }

    long control(int vcpu, long word) {
        return ask(vcpu, ApfFunction.ENABLE, word & 0xFFFF_FFFFL, word >>> 32);
    }

    /** Makes a call of the interface at EL1 with everything masked, and returns X0. */
    long ask(int vcpu, ApfFunction function, long... arguments) {
        long[] all = new long[arguments.length + 1];
        all[0] = route.functions().indexOf(function);
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return call(vcpu, 0x8600_0000 + route.number(), all);
    }

    long word(long address) {
        return machine.memory().load(address, AccessWidth.WORD);
    }

    void word(long address, long value) {
        machine.memory().store(address, AccessWidth.WORD, value);
    }
}
