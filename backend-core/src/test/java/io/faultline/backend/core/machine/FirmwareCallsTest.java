/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import static io.faultline.backend.core.machine.A64.NOP;
import static io.faultline.backend.core.machine.A64.WFI;
import static io.faultline.backend.core.machine.A64.b;
import static io.faultline.backend.core.machine.A64.hvc;
import static io.faultline.backend.core.machine.A64.ldr;
import static io.faultline.backend.core.machine.A64.movz;
import static io.faultline.backend.core.machine.A64.smc;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.Smccc;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.trace.TraceEvent;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FirmwareCallsTest {
    private static final long SECOND = Rig.RAM + 0x3_0000;
    private static final VcpuExit STEPPED = new VcpuExit.Stepped();
    private static final VcpuExit OFF = new VcpuExit.PoweredOff();

    /** Makes one call on vCPU 0 and returns X0. */
    private static long call(Rig rig, int instruction, int function, long... arguments) {
        prepare(rig, instruction, function, arguments);
        assertEquals(STEPPED, rig.step());
        assertEquals(Rig.CODE + 4, rig.pc());
        return rig.x(0);
    }

    private static void prepare(Rig rig, int instruction, int function, long... arguments) {
        rig.start(instruction, NOP).set(0, function & 0xFFFF_FFFFL);
        for (int i = 0; i < arguments.length; i++) {
            rig.set(i + 1, arguments[i]);
        }
    }

    private static Rig withSecondVcpuOn() {
        Rig rig = new Rig(2);
        rig.code(SECOND, movz(7, 1, 0), WFI, b(-1));
        assertEquals(0, call(rig, hvc(0), Psci.CPU_ON, 1, SECOND, 0x1234));
        return rig;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bothConduitsWork(boolean hypervisor) {
        Rig rig = new Rig(1);
        int instruction = hypervisor ? hvc(0) : smc(0);
        assertEquals(Psci.VERSION_1_1, call(rig, instruction, Psci.VERSION));
        assertEquals(1, rig.machine.counters().get(hypervisor ? "calls.hvc" : "calls.smc"));
        assertEquals(0, rig.machine.counters().get(hypervisor ? "calls.smc" : "calls.hvc"));
        assertEquals(List.of("call " + (hypervisor ? "HVC" : "SMC") + " 84000000"), rig.personality.seen);
    }

    @Test
    void smcccSaysItsVersionAndThatNoWorkaroundIsKnown() {
        Rig rig = new Rig(1);
        assertEquals(Smccc.VERSION_1_2, call(rig, hvc(0), Smccc.VERSION));
        assertEquals(0, call(rig, hvc(0), Smccc.ARCH_FEATURES, Smccc.VERSION & 0xFFFF_FFFFL));
        assertEquals(0, call(rig, hvc(0), Smccc.ARCH_FEATURES, Smccc.ARCH_FEATURES & 0xFFFF_FFFFL));
        assertEquals(-1, call(rig, hvc(0), Smccc.ARCH_FEATURES, 0x8000_8000L));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x8600_FF01, 0xC400_0020, 0x0000_0000, 0x7FFF_FFFF, 0xC300_0001, 0x8400_001F, 0x8000_0002})
    void anUnknownFunctionIsNotSupported(int function) {
        Rig rig = new Rig(1);
        assertEquals(-1, call(rig, hvc(0), function, 1, 2, 3));
        assertEquals(-1, call(rig, smc(0), function, 1, 2, 3));
        assertEquals(2, rig.x(2));
    }

    @Test
    void anImmediateOtherThanZeroMakesAnyCallUnknown() {
        Rig rig = new Rig(1);
        assertEquals(-1, call(rig, hvc(1), Psci.VERSION));
        assertEquals(-1, call(rig, smc(0xFFFF), Smccc.VERSION));
        assertEquals(List.of(), rig.personality.seen);
        assertEquals(2, rig.machine.counters().get("calls.unknown"));
    }

    @Test
    void onlyTheLowHalfOfX0NamesTheFunction() {
        Rig rig = new Rig(1);
        prepare(rig, hvc(0), 0);
        rig.set(0, 0xABCD_0000_8400_0000L);
        rig.step();
        assertEquals(Psci.VERSION_1_1, rig.x(0));
    }

    @Test
    void featuresOfPsciAreThoseThatWork() {
        Rig rig = new Rig(1);
        assertEquals(0, call(rig, hvc(0), Psci.FEATURES, Psci.CPU_ON & 0xFFFF_FFFFL));
        assertEquals(0, call(rig, hvc(0), Psci.FEATURES, Smccc.VERSION & 0xFFFF_FFFFL));
        assertEquals(-1, call(rig, hvc(0), Psci.FEATURES, 0x8400_0010L));
    }

    @Test
    void cpuOnStartsAVcpuAtItsEntryPointWithItsContext() {
        Rig rig = withSecondVcpuOn();
        assertTrue(rig.vcpu(1).isOn());
        assertEquals(SECOND, rig.vcpu(1).read(CoreRegister.PC));
        assertEquals(0x1234, rig.vcpu(1).read(CoreRegister.X0));
        assertEquals(ProcessorState.EL1H_MASKED.spsr(), rig.vcpu(1).read(CoreRegister.PSTATE));
        assertTrue(rig.personality.seen.contains("on 1 true"));
        assertTrue(rig.pages().seen.contains("reset 1"));
        assertEquals(STEPPED, rig.vcpu(1).step());
        assertEquals(1, rig.vcpu(1).read(CoreRegister.X7));
        assertEquals(new VcpuExit.WaitForInterrupt(OptionalLong.empty()), rig.run(1, 10));
    }

    @Test
    void cpuOnRefusesWhatItCannotStart() {
        Rig rig = withSecondVcpuOn();
        assertEquals(Psci.ALREADY_ON, call(rig, hvc(0), Psci.CPU_ON, 1, SECOND, 0));
        assertEquals(Psci.ALREADY_ON, call(rig, hvc(0), Psci.CPU_ON, 0, SECOND, 0));
        assertEquals(Psci.INVALID_PARAMETERS, call(rig, hvc(0), Psci.CPU_ON, 2, SECOND, 0));
        assertEquals(Psci.INVALID_PARAMETERS, call(rig, hvc(0), Psci.CPU_ON, 1L << 31, SECOND, 0));
        Rig off = new Rig(2);
        assertEquals(Psci.INVALID_ADDRESS, call(off, hvc(0), Psci.CPU_ON, 1, Rig.NOWHERE, 0));
        assertFalse(off.vcpu(1).isOn());
    }

    @Test
    void cpuOffStopsTheCallerAndAffinityInfoTellsTheOthers() {
        Rig rig = withSecondVcpuOn();
        assertEquals(Psci.AFFINITY_ON, call(rig, hvc(0), Psci.AFFINITY_INFO, 1, 0));
        rig.code(SECOND, hvc(0));
        rig.vcpu(1).write(CoreRegister.X0, Psci.CPU_OFF & 0xFFFF_FFFFL);
        assertEquals(OFF, rig.run(1, 10));
        assertFalse(rig.vcpu(1).isOn());
        assertEquals(OFF, rig.run(1, 10));
        assertTrue(rig.personality.seen.contains("off 1 true"));
        assertEquals(Psci.AFFINITY_OFF, call(rig, hvc(0), Psci.AFFINITY_INFO, 1, 0));
        assertEquals(0, call(rig, hvc(0), Psci.CPU_ON, 1, SECOND, 5));
        assertEquals(5, rig.vcpu(1).read(CoreRegister.X0));
    }

    @Test
    void cpuSuspendIsAStandby() {
        Rig rig = new Rig(1);
        prepare(rig, smc(0), Psci.CPU_SUSPEND, 0, 0, 0);
        assertEquals(new VcpuExit.WaitForInterrupt(OptionalLong.empty()), rig.run());
        assertEquals(0, rig.x(0));
        assertEquals(Rig.CODE + 4, rig.pc());
        rig.set(0, EventPersonality.REGISTER);
        assertEquals(Psci.INVALID_PARAMETERS, call(new Rig(1), hvc(0), Psci.CPU_SUSPEND, 0xFFFF_FFFFL, 0, 0));
    }

    @Test
    void aPowerDownLosesTheContextAndStartsAtItsEntryPointWhenAnInterruptComes() {
        Rig rig = new Rig(1);
        assertEquals(0, call(rig, hvc(0), EventPersonality.REGISTER, Rig.CODE + 0x80));
        rig.set(20, 77);
        prepare(rig, smc(0), Psci.CPU_SUSPEND, 0x1_0000, Rig.CODE + 0x40, 9);
        assertEquals(new VcpuExit.WaitForInterrupt(OptionalLong.empty()), rig.run());
        Rig copy = new Rig(1);
        copy.machine.restore(rig.machine.save());
        for (Rig one : List.of(rig, copy)) {
            assertEquals(new VcpuExit.WaitForInterrupt(OptionalLong.empty()), one.run());
            one.personality.raise(0);
            one.step();
            assertEquals(9, one.x(0));
            assertEquals(0, one.x(20));
            assertEquals(Rig.CODE + 0x40, one.x(2), "what the handler interrupted");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Psci.SYSTEM_OFF, Psci.SYSTEM_RESET})
    void aSystemEventTurnsEveryVcpuOff(int function) {
        Rig rig = withSecondVcpuOn();
        rig.personality.seen.clear();
        prepare(rig, hvc(0), function);
        VcpuExit.SystemEvent.Kind kind =
                function == Psci.SYSTEM_OFF ? VcpuExit.SystemEvent.Kind.OFF : VcpuExit.SystemEvent.Kind.RESET;
        assertEquals(new VcpuExit.SystemEvent(kind), rig.run());
        assertEquals(
                List.of("call HVC " + Integer.toHexString(function), "off 0 true", "off 1 true"), rig.personality.seen);
        assertEquals(OFF, rig.run());
        assertEquals(OFF, rig.run(1, 10));
        rig.machine.reset();
        assertTrue(rig.vcpu(0).isOn());
        assertFalse(rig.vcpu(1).isOn());
        rig.start(movz(5, 5, 0));
        assertEquals(STEPPED, rig.step());
    }

    @Test
    void anAnswerToALoadOfAVcpuThatWasTurnedOffMeanwhileIsTakenAndDropped() {
        Rig rig = withSecondVcpuOn();
        rig.code(SECOND, ldr(0, 1));
        rig.vcpu(1).write(CoreRegister.X1, Rig.NOWHERE);
        assertEquals(new VcpuExit.MmioRead(Rig.NOWHERE, AccessWidth.DOUBLEWORD), rig.run(1, 1));
        prepare(rig, hvc(0), Psci.SYSTEM_OFF);
        rig.run();
        rig.vcpu(1).completeMmioRead(77);
        assertEquals(0x1234, rig.vcpu(1).read(CoreRegister.X0));
        assertEquals(OFF, rig.run(1, 10));
    }

    @Test
    void callsAndPowerStatesAreTraced() {
        Rig rig = Rig.traced(2);
        call(rig, hvc(0), Psci.CPU_ON, 1, SECOND, 9);
        call(rig, hvc(0), 0x8600_0000, 4);
        prepare(rig, hvc(0), Psci.SYSTEM_OFF);
        rig.run();
        assertEquals(
                List.of(
                        new TraceEvent.PowerStateChanged(1, "on"),
                        new TraceEvent.GuestCall(0, Psci.CPU_ON, 1, 0),
                        new TraceEvent.GuestCall(0, 0x8600_0000, 4, -1),
                        new TraceEvent.PowerStateChanged(0, "off"),
                        new TraceEvent.PowerStateChanged(1, "off"),
                        new TraceEvent.PowerStateChanged(-1, "system-off")),
                rig.trace);
    }

    @Test
    void aCallThatDoesNotReturnIsNotTracedAsACall() {
        Rig rig = Rig.traced(1);
        rig.code(Rig.VECTORS, movz(0, 3, 0), hvc(0));
        call(rig, hvc(0), EventPersonality.REGISTER, Rig.VECTORS);
        rig.personality.raise(0);
        rig.step();
        rig.set(0, EventPersonality.COMPLETE & 0xFFFF_FFFFL);
        rig.vcpu().write(CoreRegister.PC, Rig.VECTORS + 4);
        rig.step();
        assertEquals(Rig.CODE + 4, rig.pc());
        assertEquals(List.of(new TraceEvent.GuestCall(0, EventPersonality.REGISTER, Rig.VECTORS, 0)), rig.trace);
    }

    @Test
    void callsFromEl0AreUndefinedAndNeverReachThePersonality() {
        for (int instruction : new int[] {hvc(0), smc(0)}) {
            Rig rig = new Rig(1).start(instruction);
            rig.vcpu().write(CoreRegister.PSTATE, 0);
            rig.vcpu().write(SystemRegister.VBAR_EL1, Rig.VECTORS);
            assertEquals(STEPPED, rig.step());
            assertEquals(Rig.VECTORS + 0x400, rig.pc());
            assertEquals(List.of(), rig.personality.seen);
        }
    }

    @Test
    void aVcpuCannotBeTurnedOnTwiceAfterTheMachineWasSaved() {
        Rig rig = withSecondVcpuOn();
        Rig copy = new Rig(2);
        copy.machine.restore(rig.machine.save());
        assertTrue(copy.vcpu(1).isOn());
        assertEquals(Psci.ALREADY_ON, call(copy, hvc(0), Psci.CPU_ON, 1, SECOND, 0));
        assertThrows(HypervisorException.class, () -> copy.vcpu(1).completeMmioRead(0));
    }
}
