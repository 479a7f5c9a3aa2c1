/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.trace.TraceEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A machine with a mebibyte of RAM, and short words for what tests do with it. */
final class Rig {
    static final long RAM = 0x4000_0000L;
    static final long RAM_BYTES = 0x10_0000;
    static final long CODE = RAM;
    static final long VECTORS = RAM + 0x1_0000;
    static final long DATA = RAM + 0x2_0000;
    static final long NOWHERE = 0x2000_0000L;
    static final BackendIdentity IDENTITY = new BackendIdentity("test", 3);
    static final CapabilitySet CAPABILITIES = CapabilitySet.builder()
            .with(Capabilities.VCPUS, 8)
            .with(Capabilities.EL2, true)
            .with(Capabilities.PPI, true)
            .with(Capabilities.PAGING, true)
            .build();

    /** All personalities that were made, that of this machine first. */
    final List<EventPersonality> personalities = new ArrayList<>();

    final List<TraceEvent> trace;
    final MachinePlan plan;
    final Machine machine;
    final EventPersonality personality;

    Rig(int vcpus) {
        this(List.of(), builder -> builder.vcpus(vcpus).memory(MemoryRegion.ram(RAM, RAM_BYTES)));
    }

    Rig(List<TraceEvent> trace, UnaryOperator<MachineRequest.Builder> request) {
        this.trace = trace;
        plan = plan(request.apply(MachineRequest.builder()).build(), personalities);
        machine = plan.build();
        personality = personalities.get(0);
    }

    static Rig traced(int vcpus) {
        List<TraceEvent> events = new ArrayList<>();
        return new Rig(
                events,
                builder -> builder.vcpus(vcpus)
                        .memory(MemoryRegion.ram(RAM, RAM_BYTES))
                        .trace((nanos, event) -> events.add(event)));
    }

    static MachinePlan plan(MachineRequest request, List<EventPersonality> made) {
        Set<Class<? extends NotificationChannel>> channels = Set.of(NotificationChannel.Ppi.class);
        return new CorePlan(
                IDENTITY,
                request,
                CAPABILITIES,
                channels,
                List.of(),
                HardwareSettings.DEFAULT,
                () -> new EventPersonality(made));
    }

    ScriptedPages pages() {
        return personality.pages();
    }

    Vcpu vcpu() {
        return vcpu(0);
    }

    Vcpu vcpu(int index) {
        return machine.vcpus().get(index);
    }

    /** Writes code and lets vCPU 0 begin with it. */
    Rig start(int... words) {
        code(CODE, words);
        vcpu().write(CoreRegister.PC, CODE);
        return this;
    }

    Rig code(long address, int... words) {
        for (int i = 0; i < words.length; i++) {
            machine.memory().store(address + 4L * i, AccessWidth.WORD, words[i]);
        }
        return this;
    }

    Rig set(int register, long value) {
        vcpu().write(CoreRegister.x(register), value);
        return this;
    }

    long x(int register) {
        return vcpu().read(CoreRegister.x(register));
    }

    long pc() {
        return vcpu().read(CoreRegister.PC);
    }

    VcpuExit run() {
        return run(0, 1000);
    }

    VcpuExit run(int vcpu, long instructions) {
        return vcpu(vcpu).run(RunBudget.instructions(instructions));
    }

    VcpuExit step() {
        return vcpu().step();
    }
}
