/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.trace.TraceEvent;
import io.faultline.hwmodel.firmware.PowerState;
import io.faultline.hwmodel.firmware.PsciFirmware;
import io.faultline.hwmodel.firmware.PsciOutcome;
import java.util.List;

/** Turns vCPUs on and off, and tells everybody who must know. */
final class PowerControl {
    /** Stage 2 on, WFI and SMC trap, EL1 is AArch64 (HCR_EL2.VM, TWI, TSC, RW). */
    private static final long HCR = 1L | 1L << 13 | 1L << 19 | 1L << 31;

    private final CoreMachine machine;
    private final PsciFirmware psci;
    private final List<CoreVcpu> vcpus;

    PowerControl(CoreMachine machine, PsciFirmware psci, List<CoreVcpu> vcpus) {
        this.machine = machine;
        this.psci = psci;
        this.vcpus = vcpus;
    }

    boolean isOn(int index) {
        return psci.state(index) == PowerState.ON;
    }

    /** Handles a PSCI call but for CPU_OFF, SYSTEM_OFF and SYSTEM_RESET. */
    PsciOutcome call(CoreVcpu caller, int function) {
        return psci.call(
                caller.index(),
                function,
                caller.pe().x(1),
                caller.pe().x(2),
                caller.pe().x(3));
    }

    void turnOn(PsciOutcome.TurnOn request) {
        CoreVcpu vcpu = vcpus.get(request.pe());
        coldState(vcpu, request.entry(), request.context());
        psci.started(vcpu.index());
        machine.absentPages().reset(vcpu);
        machine.personality().turnedOn(vcpu);
        machine.emit(new TraceEvent.PowerStateChanged(vcpu.index(), "on"));
    }

    /** The personality and the handler of absent pages hear of it while the vCPU is still on. */
    void turnOff(CoreVcpu vcpu) {
        machine.personality().turnedOff(vcpu);
        machine.absentPages().reset(vcpu);
        off(vcpu);
        vcpu.powerDown();
        machine.emit(new TraceEvent.PowerStateChanged(vcpu.index(), "off"));
    }

    void turnAllOff(String state) {
        for (CoreVcpu vcpu : vcpus) {
            if (vcpu.isOn()) {
                turnOff(vcpu);
            }
        }
        machine.emit(new TraceEvent.PowerStateChanged(-1, state));
    }

    /**
     * Whether a vCPU may lose its context. It is not worth it if there is something to wake it already, and not possible
     * where the personality has a part of its context.
     */
    boolean canPowerDown(CoreVcpu vcpu) {
        return !vcpu.pe().isInterruptPending() && machine.personality().canPowerDown(vcpu);
    }

    /** A vCPU wakes from a power-down. */
    void resume(CoreVcpu vcpu) {
        coldState(vcpu, psci.entry(vcpu.index()), psci.context(vcpu.index()));
        machine.personality().resumed(vcpu);
        machine.emit(new TraceEvent.PowerStateChanged(vcpu.index(), "resumed"));
    }

    /** Puts one vCPU into its state after cold reset: vCPU 0 is on, the others are off. */
    void reset(CoreVcpu vcpu) {
        coldState(vcpu, 0, 0);
        if (vcpu.index() == 0) {
            psci.started(0);
        } else {
            off(vcpu);
        }
    }

    void resetAll() {
        psci.reset();
        for (CoreVcpu vcpu : vcpus) {
            coldState(vcpu, 0, 0);
        }
    }

    /** Puts the PE into its reset state under a hypervisor. */
    private static void coldState(CoreVcpu vcpu, long entry, long context) {
        vcpu.pe().reset(entry, context);
        if (vcpu.pe().topLevel() == ExceptionLevel.EL1) {
            vcpu.pe().write(SystemRegister.HCR_EL2, HCR);
        }
    }

    private void off(CoreVcpu vcpu) {
        psci.call(vcpu.index(), Psci.CPU_OFF, 0, 0, 0);
    }
}
