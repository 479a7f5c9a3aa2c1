/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.BackendIdentity;
import io.faultline.backend.core.machine.CorePlan;
import io.faultline.backend.core.machine.HardwareSettings;
import io.faultline.backend.core.machine.Host;
import io.faultline.hwmodel.gic.Redistributor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A machine with a mebibyte of RAM under {@link TestPersonality}, and short words for what tests do with it. */
final class VcpuRig {
    static final long RAM = 0x4000_0000L;
    static final long RAM_BYTES = 0x10_0000;
    static final long CODE = RAM;
    static final long VECTORS = RAM + 0x1_0000;
    static final long IRQ_VECTOR = VECTORS + 0x280;
    static final long INFO = RAM + 0x2_0000;
    static final long DATA = RAM + 0x3_0000;
    static final long CALL_CODE = RAM + 0x4_0000;
    static final long STRUCT = RAM + 0x5_0000;
    static final long READ_ONLY = RAM + 0x6_0000;
    static final long SHARED_INFO = RAM + 0xF_0000;
    static final long UNREAD = RAM + 0xF_1000;
    static final int PPI = 31;

    static final int REGISTER_RUNSTATE = 5;
    static final int REGISTER_INFO = 10;

    static final int HVC = 0xD4000002;
    static final int WFI = 0xD503207F;
    static final int NOP = 0xD503201F;
    static final int ERET = 0xD69F03E0;
    static final int MASK = 0xD50342DF; // MSR DAIFSet, #2
    static final int UNMASK = 0xD50342FF; // MSR DAIFClr, #2
    static final int STOP = 0x14000000; // B .

    private static final long SGI_BASE = 0x1_0000;

    private final List<TestPersonality> made = new ArrayList<>();
    final Machine machine;
    final TestPersonality xen;

    VcpuRig(int vcpus) {
        this(vcpus, UpcallStyle.LEVEL);
    }

    VcpuRig(int vcpus, UpcallStyle style) {
        this(vcpus, new VcpuPolicy(style, MisplacedInfo.ENXIO, RegistrationChecks.PRESENT, PPI, 8));
    }

    VcpuRig(int vcpus, VcpuPolicy policy) {
        machine = new CorePlan(
                        new BackendIdentity("xen", 1),
                        MachineRequest.builder()
                                .vcpus(vcpus)
                                .memory(MemoryRegion.ram(RAM, RAM_BYTES))
                                .build(),
                        CapabilitySet.builder()
                                .with(Capabilities.VCPUS, 8)
                                .with(Capabilities.PAGING, true)
                                .build(),
                        Set.of(),
                        List.of(),
                        HardwareSettings.DEFAULT,
                        () -> {
                            made.add(new TestPersonality(policy));
                            return made.get(made.size() - 1);
                        })
                .build();
        xen = made.get(0);
    }

    Host host() {
        return xen.host();
    }

    StandardUpcalls upcalls() {
        return xen.upcalls;
    }

    Vcpu vcpu(int index) {
        return machine.vcpus().get(index);
    }

    Redistributor redistributor(int vcpu) {
        return host().gic().redistributor(vcpu);
    }

    Frame frame(long page) {
        return new Frame(host().ram(), page);
    }

    boolean isPending(int vcpu) {
        return redistributor(vcpu).isPending(PPI);
    }

    void code(long address, int... words) {
        for (int i = 0; i < words.length; i++) {
            machine.memory().store(address + 4L * i, AccessWidth.WORD, words[i]);
        }
    }

    long x(int vcpu, int register) {
        return vcpu(vcpu).read(CoreRegister.x(register));
    }

    void x(int vcpu, int register, long value) {
        vcpu(vcpu).write(CoreRegister.x(register), value);
    }

    long pc(int vcpu) {
        return vcpu(vcpu).read(CoreRegister.PC);
    }

    VcpuExit run(int vcpu, long instructions) {
        return vcpu(vcpu).run(RunBudget.instructions(instructions));
    }

    VcpuExit step(int vcpu) {
        return vcpu(vcpu).step();
    }

    void byteAt(long address, int value) {
        machine.memory().store(address, AccessWidth.BYTE, value);
    }

    int byteAt(long address) {
        return (int) machine.memory().load(address, AccessWidth.BYTE);
    }

    long wordAt(long address) {
        return machine.memory().load(address, AccessWidth.DOUBLEWORD);
    }

    void wordAt(long address, long value) {
        machine.memory().store(address, AccessWidth.DOUBLEWORD, value);
    }

    /** Opens the event interrupt of a vCPU in every place of the GIC. */
    void open(int vcpu) {
        host().gic().distributorFrame().write(0, AccessWidth.WORD, 2);
        host().gic().redistributorFrame(vcpu).write(SGI_BASE + 0x80, AccessWidth.WORD, 0xFFFF_FFFFL);
        enable(vcpu, true);
        vcpu(vcpu).write(SystemRegister.ICC_PMR_EL1, 0xF8);
        vcpu(vcpu).write(SystemRegister.ICC_IGRPEN1_EL1, 1);
        vcpu(vcpu).write(SystemRegister.VBAR_EL1, VECTORS);
    }

    void enable(int vcpu, boolean on) {
        host().gic().redistributorFrame(vcpu).write(SGI_BASE + (on ? 0x100 : 0x180), AccessWidth.WORD, 1L << PPI);
    }

    void priority(int vcpu, int priority) {
        host().gic().redistributorFrame(vcpu).write(SGI_BASE + 0x400 + PPI, AccessWidth.BYTE, priority);
    }

    void masked(int vcpu, boolean masked) {
        long state = vcpu(vcpu).read(CoreRegister.PSTATE) & ~ProcessorState.I;
        vcpu(vcpu).write(CoreRegister.PSTATE, masked ? state | ProcessorState.I : state);
    }

    /** Makes a vCPU begin a call; it goes on with NOPs and a branch to itself. */
    void begin(int vcpu, int hypercall, long... arguments) {
        code(CALL_CODE, HVC, NOP, NOP, STOP);
        x(vcpu, 0, Integer.toUnsignedLong(TestPersonality.CALL));
        x(vcpu, 16, hypercall);
        for (int i = 0; i < arguments.length; i++) {
            x(vcpu, i + 1, arguments[i]);
        }
        vcpu(vcpu).write(CoreRegister.PC, CALL_CODE);
    }

    /** Lets a vCPU make a call that does not block and returns the result. */
    long call(int vcpu, int hypercall, long... arguments) {
        begin(vcpu, hypercall, arguments);
        vcpu(vcpu).step();
        return x(vcpu, 0);
    }

    /** Registers a vcpu_info as vCPU 0 does it for any vCPU. */
    long register(int vcpu, long page, long offset) {
        wordAt(STRUCT, page >>> 12);
        wordAt(STRUCT + 8, offset);
        return call(0, TestPersonality.VCPU_OP, REGISTER_INFO, vcpu, STRUCT);
    }

    /** Turns a vCPU on. */
    void turnOn(int vcpu, long entry) {
        code(CALL_CODE, HVC, STOP);
        x(0, 0, Integer.toUnsignedLong(Psci.CPU_ON));
        x(0, 1, vcpu);
        x(0, 2, entry);
        x(0, 3, 0);
        vcpu(0).write(CoreRegister.PC, CALL_CODE);
        step(0);
        if (x(0, 0) != 0) {
            throw new AssertionError("CPU_ON returned " + x(0, 0));
        }
    }
}
