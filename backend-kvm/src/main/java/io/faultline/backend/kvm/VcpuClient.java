/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.kvm.sdei.ClientPe;
import io.faultline.hwmodel.cpu.ProcessingElement;

/** A vCPU as the SDEI dispatcher sees it: a guest whose context is with the software above it inside a trap. */
final class VcpuClient implements ClientPe {
    /** HCR_EL2.E2H and TGE: the client at EL2 is a host operating system. */
    private static final long HCR_HOST = 1L << 34 | 1L << 27;

    private static final long SCTLR_SPAN = 1L << 23;

    private final VirtualProcessor vcpu;
    private final ProcessingElement pe;
    private final boolean holdsInterrupts;

    VcpuClient(VirtualProcessor vcpu, boolean holdsInterrupts) {
        this.vcpu = vcpu;
        this.pe = vcpu.pe();
        this.holdsInterrupts = holdsInterrupts;
    }

    private boolean isTrapped() {
        return pe.level().number() > pe.topLevel().number();
    }

    /** Whether the client is software at EL2, which it is wherever the guest has that. */
    private boolean isAtEl2() {
        return pe.topLevel() == ExceptionLevel.EL2;
    }

    @Override
    public int index() {
        return vcpu.index();
    }

    @Override
    public long affinity() {
        return vcpu.affinity().mpidr();
    }

    @Override
    public boolean isOn() {
        return vcpu.isOn();
    }

    @Override
    public long x(int n) {
        return pe.x(n);
    }

    @Override
    public void x(int n, long value) {
        pe.x(n, value);
    }

    @Override
    public long pc() {
        return isTrapped() ? pe.returnAddress() : pe.pc();
    }

    @Override
    public long pstate() {
        return isTrapped() ? pe.returnState() : pe.pstate().spsr();
    }

    @Override
    public void resumeAt(long pc, long pstate) {
        if (isTrapped()) {
            pe.returnAddress(pc);
            pe.returnState(pstate);
        } else {
            pe.pstate(new ProcessorState(pstate));
            pe.pc(pc);
        }
    }

    @Override
    public ExceptionLevel level() {
        return pe.topLevel();
    }

    @Override
    public long systemControl() {
        if (!isAtEl2()) {
            return pe.read(SystemRegister.SCTLR_EL1);
        }
        long control = pe.read(SystemRegister.SCTLR_EL2);
        boolean isHost = (pe.read(SystemRegister.HCR_EL2) & HCR_HOST) == HCR_HOST;
        return isHost ? control : control | SCTLR_SPAN;
    }

    @Override
    public long vectorBase() {
        return pe.read(isAtEl2() ? SystemRegister.VBAR_EL2 : SystemRegister.VBAR_EL1);
    }

    @Override
    public boolean isMapped(long address) {
        return pe.isMapped(address, level());
    }

    @Override
    public void handlers(int depth) {
        if (holdsInterrupts) {
            pe.cpuInterface().hold(depth > 0);
        }
    }

    @Override
    public void exceptionReturn(long pc, long pstate) {
        pe.write(isAtEl2() ? SystemRegister.ELR_EL2 : SystemRegister.ELR_EL1, pc);
        pe.write(isAtEl2() ? SystemRegister.SPSR_EL2 : SystemRegister.SPSR_EL1, pstate);
    }

    @Override
    public void requestAttention() {
        vcpu.requestAttention();
    }
}
