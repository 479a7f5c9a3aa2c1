/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.benchmarks;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.Register;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageSink;
import io.faultline.api.memory.PageSource;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.notification.NotificationChannel.SdeiEvent;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiPriority;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.backend.kvm.KvmBackendProvider;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * A machine of the {@code kvm} backend whose vCPUs have all booted the kernel of {@code guest/faults.S}, have asynchronous
 * page faults enabled and sit in WFI. The pages that the tasks touch are brought in when the benchmark says so.
 */
final class FaultGuest implements PageSource {
    private static final long RAM = 0x4000_0000L;
    private static final long BLOCK = 0x20_0000;
    private static final long BOOT = RAM;
    private static final long IDLE = RAM + 4;
    private static final long TASK = RAM + 8;
    private static final long LEVEL1 = RAM + 0x1_0000;
    private static final long LEVEL2 = RAM + 0x1_1000;
    private static final long AREAS = RAM + BLOCK;
    private static final long DATA = RAM + 2 * BLOCK;
    private static final int BLOCKS = 12;
    private static final int PAGES = (int) ((BLOCKS - 2) * BLOCK / PageSize.BYTES);

    private static final int EVENT = 0x4040_0001;
    private static final int INTERRUPT = 23;
    /** The function that controls page faults by event, and its sub-function ENABLE. */
    private static final int EVENT_FUNCTION = 0x8600_0002;

    private static final int EVENT_ENABLE = 4;
    /** The same by interrupt only. */
    private static final int INTERRUPT_FUNCTION = 0x8600_0042;

    private static final int INTERRUPT_ENABLE = 3;
    private static final int LOW_REDISTRIBUTORS = 123;
    private static final long REDISTRIBUTOR_BYTES = 0x2_0000;
    private static final long SGI_FRAME = 0x1_0000;

    private static final long DEVICE_BLOCK = 0x0060_0000_0000_0401L;
    private static final long NORMAL_BLOCK = 0x705;
    private static final long READ_ONLY = 3 << 6;
    private static final long EL0 = 0x0060_0000_0000_0040L;

    private static final RunBudget BUDGET = RunBudget.instructions(10_000);
    private static final Register X10 = CoreRegister.x(10);

    /** The event that the VMM raises. */
    static final SdeiEvent CHANNEL = new SdeiEvent(0x4040_0002, SdeiEventType.PRIVATE, SdeiPriority.NORMAL);

    private final boolean byEvent;
    private final Machine machine;
    private final AsyncPageFaults faults;
    private final EventNotifications notifications;
    private final long user = ProcessorState.EL0T.spsr();
    private final byte[] content = new byte[PageSize.BYTES];
    private long requests;

    /**
     * Builds a machine and boots it.
     *
     * @param vcpus number of vCPUs, 1 to 512
     * @param route sdei or ppi
     * @param slots largest number of announced faults on one vCPU, 1 to 4096
     */
    FaultGuest(int vcpus, String route, int slots) {
        byEvent = route.equals("sdei");
        KvmBackendProvider provider = new KvmBackendProvider();
        MachineRequest.Builder request = MachineRequest.builder()
                .vcpus(vcpus)
                .memory(MemoryRegion.ram(RAM, BLOCKS * BLOCK))
                .channel(CHANNEL);
        if (byEvent) {
            request.asyncPageFaults(EVENT, INTERRUPT);
        } else {
            request.asyncPageFaults(INTERRUPT);
        }
        Map<String, String> settings = Map.of("apf.route", route, "apf.slots", Integer.toString(slots));
        machine = provider.open(BackendConfiguration.of(provider.descriptor(), settings))
                .plan(request.build())
                .build();
        faults = machine.asyncPageFaults().orElseThrow();
        notifications = machine.notifications().orElseThrow();
        faults.attach(MemoryRegion.ram(DATA, PAGES * (long) PageSize.BYTES), this);
        machine.memory().write(RAM, program());
        writeTables();
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            if (vcpu > 0) {
                turnOn(vcpu);
            }
            boot(vcpu);
        }
        requireCount("wake-alls", vcpus, counters().wakeAlls());
    }

    private static byte[] program() {
        try (InputStream in = Objects.requireNonNull(FaultGuest.class.getResourceAsStream("faults.bin"))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("faults.bin cannot be read", e);
        }
    }

    /** 1 GiB of devices, and memory by blocks of 2 MiB: code for everybody, areas for the kernel, the rest for tasks. */
    private void writeTables() {
        store(LEVEL1, DEVICE_BLOCK);
        store(LEVEL1 + 8, LEVEL2 | 3);
        store(LEVEL2, RAM | NORMAL_BLOCK | READ_ONLY);
        store(LEVEL2 + 8, AREAS | NORMAL_BLOCK);
        for (int i = 2; i < BLOCKS; i++) {
            store(LEVEL2 + 8L * i, RAM + i * BLOCK | NORMAL_BLOCK | EL0);
        }
    }

    private void store(long address, long value) {
        machine.memory().store(address, AccessWidth.DOUBLEWORD, value);
    }

    private Vcpu vcpu(int index) {
        return machine.vcpus().get(index);
    }

    /** By a call of vCPU 0, placed where nothing else is. */
    private void turnOn(int index) {
        long call = RAM + 0xF000;
        machine.memory().store(call, AccessWidth.WORD, 0xD400_0002L);
        Vcpu first = vcpu(0);
        first.write(CoreRegister.PSTATE, ProcessorState.EL1H_MASKED.spsr());
        first.write(CoreRegister.PC, call);
        first.write(CoreRegister.x(0), Integer.toUnsignedLong(Psci.CPU_ON));
        first.write(CoreRegister.x(1), vcpu(index).affinity().mpidr());
        first.write(CoreRegister.x(2), BOOT);
        first.step();
        requireCount("X0 of CPU_ON", 0, first.read(CoreRegister.x(0)));
        first.write(CoreRegister.PC, IDLE);
        idle(0);
    }

    private void boot(int index) {
        Vcpu vcpu = vcpu(index);
        vcpu.write(CoreRegister.PSTATE, ProcessorState.EL1H_MASKED.spsr());
        vcpu.write(CoreRegister.PC, BOOT);
        vcpu.write(CoreRegister.x(20), AREAS + (long) index * PageSize.BYTES);
        vcpu.write(CoreRegister.x(21), redistributor(index) + SGI_FRAME);
        vcpu.write(CoreRegister.x(22), byEvent ? EVENT : 0);
        vcpu.write(CoreRegister.x(19), Integer.toUnsignedLong(byEvent ? EVENT_FUNCTION : INTERRUPT_FUNCTION));
        vcpu.write(CoreRegister.x(29), byEvent ? EVENT_ENABLE : INTERRUPT_ENABLE);
        vcpu.write(CoreRegister.x(24), CHANNEL.event());
        vcpu.write(CoreRegister.x(28), 1L << INTERRUPT);
        idle(index);
    }

    private static long redistributor(int index) {
        return index < LOW_REDISTRIBUTORS
                ? 0x080A_0000L + index * REDISTRIBUTOR_BYTES
                : 0x40_0000_0000L + (index - LOW_REDISTRIBUTORS) * REDISTRIBUTOR_BYTES;
    }

    /** Lets a vCPU run until it waits for an interrupt. */
    void idle(int index) {
        VcpuExit exit = vcpu(index).run(BUDGET);
        if (!(exit instanceof VcpuExit.WaitForInterrupt)) {
            throw new IllegalStateException("vCPU " + index + " stopped with " + exit + " at 0x"
                    + Long.toHexString(vcpu(index).read(CoreRegister.PC)));
        }
    }

    /** Lets the task of a vCPU touch a page, until the vCPU is idle again: it came back, or waits for the page. */
    void touch(int index, long page) {
        Vcpu vcpu = vcpu(index);
        vcpu.write(X10, page);
        vcpu.write(CoreRegister.PSTATE, user);
        vcpu.write(CoreRegister.PC, TASK);
        idle(index);
    }

    /** Address of a page that tasks may touch, 0 to 5119. */
    static long page(int number) {
        return DATA + (long) Objects.checkIndex(number, PAGES) * PageSize.BYTES;
    }

    void makeAbsent(long page) {
        faults.discard(page);
    }

    void complete(long page) {
        if (!faults.complete(page, content)) {
            throw new IllegalStateException("nobody waits for 0x" + Long.toHexString(page));
        }
    }

    /** Makes a fault that stays outstanding. */
    void leaveOutstanding(int index, long page) {
        makeAbsent(page);
        touch(index, page);
    }

    void inject(int index) {
        DeliveryOutcome outcome = notifications.inject(CHANNEL, index);
        if (outcome != DeliveryOutcome.DELIVERED) {
            throw new IllegalStateException("the event was not delivered: " + outcome);
        }
    }

    FaultCounters counters() {
        return faults.counters();
    }

    /** Counters of the whole machine by name. */
    long counter(String name) {
        return machine.counters().getOrDefault(name, 0L);
    }

    long requests() {
        return requests;
    }

    static void requireCount(String what, long expected, long actual) {
        if (expected != actual) {
            throw new IllegalStateException(what + ": " + actual + " instead of " + expected);
        }
    }

    @Override
    public void request(PageRequest request) {
        requests++;
    }

    @Override
    public void poll(long now, PageSink sink) {
        // pages come through complete
    }

    @Override
    public OptionalLong nextArrival() {
        return OptionalLong.empty();
    }
}
