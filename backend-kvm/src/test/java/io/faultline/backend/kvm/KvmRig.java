/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import com.google.inject.Module;
import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.notification.NotificationChannel.Ppi;
import io.faultline.api.notification.NotificationChannel.SdeiEvent;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.api.sdei.SdeiPriority;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.trace.TraceEvent;
import io.faultline.backend.kvm.sdei.SdeiGuest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A machine of this backend whose guest executes one instruction after the other, as the test says. */
final class KvmRig implements SdeiGuest {
    static final long RAM = 0x4000_0000L;
    static final long RAM_BYTES = 0x10_0000;
    static final long HVC = RAM;
    static final long SMC = RAM + 8;
    static final long HVC_1 = RAM + 16;
    static final long NOP = RAM + 0x100;
    static final long WFI = RAM + 0x200;
    static final long ERET = RAM + 0x300;
    static final long STORE = RAM + 0x400;
    static final long LOAD = RAM + 0x408;
    static final long HANDLER = RAM + 0x1000;
    static final long VECTORS = RAM + 0x2000;
    static final long RESUME = RAM + 0x3000;

    private static final int NOP_WORD = 0xD503201F;
    private static final long REDISTRIBUTOR = 0x080A_0000L;
    private static final long REDISTRIBUTOR_BYTES = 0x2_0000;

    static final List<NotificationChannel> CHANNELS = List.of(
            new SdeiEvent(PRIVATE, SdeiEventType.PRIVATE, SdeiPriority.NORMAL),
            new SdeiEvent(PRIVATE_CRITICAL, SdeiEventType.PRIVATE, SdeiPriority.CRITICAL),
            new SdeiEvent(OTHER, SdeiEventType.PRIVATE, SdeiPriority.NORMAL),
            new SdeiEvent(SHARED, SdeiEventType.SHARED, SdeiPriority.NORMAL),
            new SdeiEvent(SHARED_CRITICAL, SdeiEventType.SHARED, SdeiPriority.CRITICAL));

    final List<TraceEvent> trace = new ArrayList<>();
    final Machine machine;
    private final ExceptionLevel level;

    KvmRig(int vcpus, Map<String, String> settings, NotificationChannel... more) {
        this(vcpus, open(settings), more);
    }

    KvmRig(int vcpus, HypervisorBackend backend, NotificationChannel... more) {
        this(vcpus, ExceptionLevel.EL1, backend, more);
    }

    KvmRig(int vcpus, ExceptionLevel level, HypervisorBackend backend, NotificationChannel... more) {
        this.level = level;
        MachineRequest.Builder request = MachineRequest.builder()
                .vcpus(vcpus)
                .level(level)
                .memory(MemoryRegion.ram(RAM, RAM_BYTES))
                .trace((nanos, event) -> trace.add(event));
        CHANNELS.forEach(request::channel);
        for (NotificationChannel channel : more) {
            request.channel(channel);
        }
        machine = backend.plan(request.build()).build();
        word(HVC, 0xD4000002);
        word(SMC, 0xD4000003);
        word(HVC_1, 0xD4000022);
        for (long address = NOP; address < WFI; address += 4) {
            word(address, NOP_WORD);
        }
        word(WFI, 0xD503207F);
        word(WFI + 4, NOP_WORD);
        word(ERET, 0xD69F03E0);
        word(STORE, 0xB9000001);
        word(LOAD, 0xB9400001);
        for (long address = HANDLER; address < RESUME + 0x100; address += 4) {
            word(address, NOP_WORD);
        }
        start(0);
        for (int pe = 1; pe < vcpus; pe++) {
            callAt(level == ExceptionLevel.EL2 ? SMC : HVC, 0, Psci.CPU_ON, pe, NOP, 0);
            start(pe);
        }
    }

    static HypervisorBackend open(Map<String, String> settings, Module... overrides) {
        KvmBackendProvider provider = new KvmBackendProvider();
        return KvmBackends.open(BackendConfiguration.of(provider.descriptor(), settings), overrides);
    }

    /** Interrupts unmasked, vectors of NOPs, at a NOP. */
    void start(int pe) {
        Vcpu vcpu = vcpu(pe);
        vcpu.write(level == ExceptionLevel.EL2 ? SystemRegister.VBAR_EL2 : SystemRegister.VBAR_EL1, VECTORS);
        vcpu.write(CoreRegister.PSTATE, ProcessorState.at(level, true).spsr());
        at(pe, NOP);
    }

    private void word(long address, int word) {
        machine.memory().store(address, AccessWidth.WORD, word & 0xFFFF_FFFFL);
    }

    Vcpu vcpu(int pe) {
        return machine.vcpus().get(pe);
    }

    EventNotifications notifications() {
        return machine.notifications().orElseThrow();
    }

    void at(int pe, long address) {
        vcpu(pe).write(CoreRegister.PC, address);
    }

    long pc(int pe) {
        return vcpu(pe).read(CoreRegister.PC);
    }

    long x(int pe, int n) {
        return vcpu(pe).read(CoreRegister.x(n));
    }

    long pstate(int pe) {
        return vcpu(pe).read(CoreRegister.PSTATE);
    }

    VcpuExit step(int pe) {
        return vcpu(pe).step();
    }

    static NotificationChannel channel(int event) {
        return CHANNELS.stream()
                .filter(channel -> ((SdeiEvent) channel).event() == event)
                .findFirst()
                .orElse(new SdeiEvent(0, SdeiEventType.PRIVATE, SdeiPriority.NORMAL));
    }

    @Override
    public void x(int pe, int n, long value) {
        vcpu(pe).write(CoreRegister.x(n), value);
    }

    @Override
    public long callNumber(int pe, int function, long... arguments) {
        return callAt(level == ExceptionLevel.EL2 ? SMC : HVC, pe, function, arguments);
    }

    long callAt(long instruction, int pe, int function, long... arguments) {
        at(pe, instruction);
        x(pe, 0, function & 0xFFFF_FFFFL);
        for (int i = 0; i < arguments.length; i++) {
            x(pe, i + 1, arguments[i]);
        }
        step(pe);
        return x(pe, 0);
    }

    long smc(int pe, SdeiFunction function, long... arguments) {
        return callAt(SMC, pe, function.id(), arguments);
    }

    @Override
    public boolean boundary(int pe) {
        at(pe, NOP);
        step(pe);
        return pc(pe) != NOP + 4;
    }

    @Override
    public DeliveryOutcome inject(int pe, int event) {
        return notifications().inject(channel(event), pe);
    }

    /** Registers handlers at an address that this machine has. */
    @Override
    public long register(int pe, int event) {
        return register(pe, event, HANDLER, 0);
    }

    /** Executes a store of a word. */
    void store(int pe, long address, long value) {
        at(pe, STORE);
        x(pe, 0, address);
        x(pe, 1, value);
        step(pe);
    }

    /** Does what a guest does to receive a private interrupt. */
    void enableInterrupt(int pe, Ppi ppi) {
        long bit = 1L << ppi.interrupt().number();
        long frame = REDISTRIBUTOR + pe * REDISTRIBUTOR_BYTES + 0x1_0000;
        vcpu(pe).write(SystemRegister.ICC_PMR_EL1, 0xFF);
        vcpu(pe).write(SystemRegister.ICC_IGRPEN1_EL1, 1);
        store(pe, 0x0800_0000L, 0x12);
        store(pe, frame + 0x80, -1L);
        store(pe, frame + 0xC04, ppi.trigger() == io.faultline.api.notification.Trigger.EDGE ? 0xAAAA_AAAAL : 0);
        store(pe, frame + 0x100, bit);
    }

    void disableInterrupt(int pe, Ppi ppi) {
        store(
                pe,
                REDISTRIBUTOR + pe * REDISTRIBUTOR_BYTES + 0x1_0180,
                1L << ppi.interrupt().number());
    }
}
