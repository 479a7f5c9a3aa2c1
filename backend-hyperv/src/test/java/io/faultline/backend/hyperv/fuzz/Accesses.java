/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.VcpuExit;

/** Loads and stores that guests make by themselves, of pages that may be away or forbidden. */
final class Accesses {
    private final FuzzWorld world;

    Accesses(FuzzWorld world) {
        this.world = world;
    }

    /** A guest reads or writes memory by itself. */
    void touch(FuzzMachine machine, int vcpu, long where, int how, long value) {
        long address = where & -8;
        long code = machine.code();
        boolean isStore = (how & 1) != 0;
        boolean isMemory = machine.model.beneath(address & -Model.PAGE) != null && !Model.isRom(address);
        if (!world.isReady(machine, vcpu) || code == 0 || !isMemory) {
            return;
        }
        boolean open = (how & 4) != 0 && canBeTold(machine, vcpu);
        if (isGone(machine, address)) {
            return;
        }
        int offset = isStore ? FuzzMachine.STORE : FuzzMachine.LOAD;
        machine.set(vcpu, 2, address);
        machine.set(vcpu, 3, value);
        machine.begun[vcpu] = 0;
        if ((how & 2) != 0 && !machine.isTranslated()) {
            machine.user(vcpu, code + offset, open);
        } else {
            machine.at(vcpu, code + offset, open);
        }
        if (open) {
            if (!retires(machine, vcpu, address, (how & 2) == 0, isStore)) {
                return;
            }
        } else if (!world.reach(machine, vcpu, code + offset, code + offset + 4)) {
            if (!isGone(machine, address)) {
                throw new FuzzWorld.Broken("an access to 0x" + Long.toHexString(address) + " does not come to its end");
            }
            return;
        }
        machine.requireExecutable(code + offset);
        machine.model.intercepts.require(address, isStore ? InterceptModel.WRITE : InterceptModel.READ);
        byte[] page = machine.model.page(address);
        if (isStore) {
            Model.store64(page, (int) address & Model.PAGE - 1, value);
        } else {
            machine.x[vcpu][3] = Model.load64(page, (int) address & Model.PAGE - 1);
            world.answer(machine.x[vcpu][3]);
        }
        FuzzWorld.require(machine.wrongRegister(vcpu));
    }

    /** Whether a vCPU can go on with interrupts unmasked without taking one. */
    private boolean canBeTold(FuzzMachine machine, int vcpu) {
        for (int i = 0; i < SynicModel.SOURCES && machine.model.synic.pending[vcpu] != 0; i++) {
            world.interrupt(machine, vcpu);
        }
        return machine.model.faults.isOffered && !machine.isTranslated() && machine.model.synic.pending[vcpu] == 0;
    }

    /** Executes an access with interrupts unmasked: its guest may be told that the page is absent. False if it is not done. */
    private boolean retires(FuzzMachine machine, int vcpu, long address, boolean supervisor, boolean isStore) {
        FaultModel faults = machine.model.faults;
        long pc = machine.vcpu(vcpu).read(CoreRegister.PC);
        long state = machine.vcpu(vcpu).read(CoreRegister.PSTATE);
        boolean isFetch = machine.isAbsent(pc & -4096);
        long virtual = (isFetch ? pc : address) & -4096;
        boolean isAbsent = isFetch || machine.model.overlay(virtual) < 0 && machine.isAbsent(virtual);
        boolean isAwaited = machine.isAwaiting(vcpu, virtual);
        long vectors = machine.model.registers.vectors(vcpu);
        VcpuExit exit = machine.vcpu(vcpu).step();
        boolean isTold =
                isAbsent && !machine.model.intercepts.isOn && faults.judge(vcpu, supervisor, vectors) && !isAwaited;
        if (isTold) {
            long token = FaultModel.token(machine.actual(vcpu, Model.ASSIST));
            faults.announced(vcpu, virtual, virtual, isFetch ? 2 : isStore ? 1 : 0, token);
            machine.model.registers.syndrome(vcpu, FaultModel.SYNDROME);
            FuzzWorld.requirePc(machine, vcpu, (vectors & -0x800) + (supervisor ? 0x200 : 0x400));
            FuzzWorld.require(
                    machine.vcpu(vcpu).read(SystemRegister.ELR_EL1) != pc
                                    || machine.vcpu(vcpu).read(SystemRegister.SPSR_EL1) != state
                            ? "vCPU " + vcpu + " is told of a fault and does not know where it was"
                            : null);
        }
        machine.passTime();
        FuzzWorld.require(machine.wrongCounters());
        if (exit instanceof VcpuExit.WaitForPage || Parent.isIntercept(exit)) {
            FuzzWorld.require(isTold ? "vCPU " + vcpu + " is told of a fault and waits for it" : null);
            world.stopped(machine, vcpu, exit);
            FuzzWorld.requirePc(machine, vcpu, pc);
            return false;
        }
        if (!isTold) {
            FuzzWorld.requirePc(machine, vcpu, pc + 4);
        }
        return !isTold;
    }

    private static boolean isGone(FuzzMachine machine, long address) {
        long page = address & -Model.PAGE;
        return machine.model.overlay(page) < 0 && machine.isLost(page);
    }
}
