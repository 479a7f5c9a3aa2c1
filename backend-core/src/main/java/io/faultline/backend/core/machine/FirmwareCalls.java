/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.Smccc;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.trace.TraceEvent;
import io.faultline.hwmodel.cpu.ProcessingElement;
import io.faultline.hwmodel.firmware.PsciFirmware;
import io.faultline.hwmodel.firmware.PsciOutcome;

/**
 * Firmware and hypervisor calls: the personality is asked first; PSCI, SMCCC_VERSION and SMCCC_ARCH_FEATURES are answered
 * here; everything else, calls with an immediate other than 0 that are not its included, returns NOT_SUPPORTED in X0
 * (DEN 0028, 5.1).
 */
final class FirmwareCalls {
    private final CoreMachine machine;
    private final Personality personality;
    private final PowerControl power;

    FirmwareCalls(CoreMachine machine, Personality personality, PowerControl power) {
        this.machine = machine;
        this.personality = personality;
        this.power = power;
    }

    /** Handles a call; the trap returns to the next instruction. */
    void call(CoreVcpu vcpu, Conduit conduit, int immediate) {
        ProcessingElement pe = vcpu.pe();
        int function = (int) pe.x(0);
        long argument = pe.x(1);
        long next = pe.returnAddress();
        machine.counts().count(conduit == Conduit.HVC ? Counter.HYPERVISOR_CALLS : Counter.MONITOR_CALLS);
        if (immediate != 0) {
            if (conduit != Conduit.HVC || !personality.taggedCall(vcpu, immediate)) {
                unknown(pe);
            }
        } else if (!personality.call(vcpu, conduit, function)) {
            answer(vcpu, function);
        }
        if (machine.tracing() && vcpu.isOn() && pe.returnAddress() == next) {
            machine.emit(new TraceEvent.GuestCall(vcpu.index(), function, argument, pe.x(0)));
        }
    }

    private void answer(CoreVcpu vcpu, int function) {
        ProcessingElement pe = vcpu.pe();
        if (PsciFirmware.isPsci(function)) {
            power(vcpu, function);
        } else if (function == Smccc.VERSION) {
            pe.x(0, Smccc.VERSION_1_2);
        } else if (function == Smccc.ARCH_FEATURES) {
            pe.x(0, features((int) pe.x(1)));
        } else {
            unknown(pe);
        }
    }

    private void unknown(ProcessingElement pe) {
        machine.counts().count(Counter.UNKNOWN_CALLS);
        pe.x(0, Smccc.NOT_SUPPORTED);
    }

    private static long features(int function) {
        return function == Smccc.VERSION || function == Smccc.ARCH_FEATURES ? Smccc.SUCCESS : Smccc.NOT_SUPPORTED;
    }

    private void power(CoreVcpu vcpu, int function) {
        switch (function) {
            case Psci.CPU_OFF -> {
                power.turnOff(vcpu);
                vcpu.stop(new VcpuExit.PoweredOff());
            }
            case Psci.SYSTEM_OFF -> vcpu.shutDown(VcpuExit.SystemEvent.Kind.OFF);
            case Psci.SYSTEM_RESET -> vcpu.shutDown(VcpuExit.SystemEvent.Kind.RESET);
            default -> act(vcpu, power.call(vcpu, function));
        }
    }

    private void act(CoreVcpu vcpu, PsciOutcome outcome) {
        long result = Psci.SUCCESS;
        if (outcome instanceof PsciOutcome.Result answer) {
            result = answer.result();
        } else if (outcome instanceof PsciOutcome.TurnOn turnOn) {
            power.turnOn(turnOn);
        } else if (outcome instanceof PsciOutcome.PowerDown && power.canPowerDown(vcpu)) {
            vcpu.waitPoweredDown();
        } else {
            vcpu.waitForInterrupt();
        }
        vcpu.pe().x(0, result);
    }
}
