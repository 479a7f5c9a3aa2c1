/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.testing;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Register;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.guest.GuestCpu;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;

/** A guest that executes the instruction it is told: each is written to where the vCPU is, and stepped. */
public final class StepCpu implements GuestCpu {
    private final Machine machine;
    private final int index;

    public StepCpu(Machine machine, int index) {
        this.machine = machine;
        this.index = index;
    }

    public Vcpu vcpu() {
        return machine.vcpus().get(index);
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public long read(Register register) {
        return vcpu().read(register);
    }

    @Override
    public void write(Register register, long value) {
        vcpu().write(register, value);
    }

    public long x(int n) {
        return read(CoreRegister.x(n));
    }

    public void x(int n, long value) {
        write(CoreRegister.x(n), value);
    }

    @Override
    public long pc() {
        return read(CoreRegister.PC);
    }

    @Override
    public ProcessorState pstate() {
        return new ProcessorState(read(CoreRegister.PSTATE));
    }

    public GuestStep execute(int instruction) {
        machine.memory().store(pc(), AccessWidth.WORD, instruction & 0xFFFF_FFFFL);
        return resume();
    }

    @Override
    public GuestStep resume() {
        long at = pc();
        VcpuExit exit = vcpu().step();
        if (!(exit instanceof VcpuExit.Stepped)) {
            return new GuestStep.Stopped(exit);
        }
        return pc() == at + 4 ? new GuestStep.Retired() : new GuestStep.Diverted(pc());
    }

    @Override
    public GuestStep hypervisorCall(int immediate) {
        return execute(0xD4000002 | immediate << 5);
    }

    @Override
    public GuestStep secureMonitorCall(int immediate) {
        return execute(0xD4000003 | immediate << 5);
    }

    @Override
    public GuestStep supervisorCall(int immediate) {
        return execute(0xD4000001 | immediate << 5);
    }

    @Override
    public GuestStep load(AccessWidth width, int target, int base) {
        return execute(0x39400000 | width.log2() << 30 | base << 5 | target);
    }

    @Override
    public GuestStep store(AccessWidth width, int source, int base) {
        return execute(0x39000000 | width.log2() << 30 | base << 5 | source);
    }

    @Override
    public GuestStep readSystemRegister(int target, SystemRegister register) {
        return execute(0xD5200000 | register.encoding() << 5 | target);
    }

    @Override
    public GuestStep writeSystemRegister(SystemRegister register, int source) {
        return execute(0xD5000000 | register.encoding() << 5 | source);
    }

    @Override
    public GuestStep waitForInterrupt() {
        return execute(0xD503207F);
    }

    @Override
    public GuestStep branch(int target) {
        return execute(0xD61F0000 | target << 5);
    }

    @Override
    public GuestStep exceptionReturn() {
        return execute(0xD69F03E0);
    }

    @Override
    public GuestStep noOperation() {
        return execute(0xD503201F);
    }
}
