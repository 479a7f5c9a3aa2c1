/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import static io.faultline.backend.core.machine.A64.NOP;
import static io.faultline.backend.core.machine.A64.UDF;
import static io.faultline.backend.core.machine.A64.b;
import static io.faultline.backend.core.machine.A64.br;
import static io.faultline.backend.core.machine.A64.movz;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionClass;
import io.faultline.api.arm64.Syndrome;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.VcpuExit;
import org.junit.jupiter.api.Test;

class UnrecoverableTest {
    private static Syndrome syndrome(VcpuExit.Unrecoverable exit) {
        return new Syndrome(exit.syndrome());
    }

    @Test
    void aJumpIntoNowhereWithoutVectorsIsReportedAtTheVectorWithTheFirstSyndrome() {
        Rig rig = new Rig(1).start(br(1)).set(1, Rig.NOWHERE);
        rig.vcpu().write(SystemRegister.VBAR_EL1, 0x1000);
        VcpuExit.Unrecoverable exit = assertInstanceOf(VcpuExit.Unrecoverable.class, rig.run());
        assertEquals(0x1200, exit.pc());
        assertEquals(
                ExceptionClass.INSTRUCTION_ABORT_SAME,
                syndrome(exit).exceptionClass().orElseThrow());
        assertTrue(exit.reason().contains("vector"), exit.reason());
        assertEquals(Rig.NOWHERE, rig.vcpu().read(SystemRegister.ELR_EL1));
        assertEquals(0x1200, rig.pc());
    }

    @Test
    void itStaysWhereItIsUntilSomebodyRedirectsIt() {
        Rig rig = new Rig(1).start(br(1)).set(1, Rig.NOWHERE);
        VcpuExit first = rig.run();
        assertEquals(first, rig.run());
        assertEquals(first, rig.step());
        Rig copy = new Rig(1);
        copy.machine.restore(rig.machine.save());
        assertEquals(first, copy.run());
        rig.start(movz(3, 3, 0), b(0));
        assertEquals(new VcpuExit.BudgetExhausted(5), rig.run(0, 5));
        assertEquals(3, rig.x(3));
    }

    @Test
    void anUndefinedInstructionWithoutVectorsIsUnrecoverable() {
        Rig rig = new Rig(1).start(UDF);
        VcpuExit.Unrecoverable exit = assertInstanceOf(VcpuExit.Unrecoverable.class, rig.run());
        assertEquals(0x200, exit.pc());
        assertEquals(ExceptionClass.UNKNOWN, syndrome(exit).exceptionClass().orElseThrow());
    }

    @Test
    void aFirstInstructionInNowhereIsUnrecoverable() {
        Rig rig = new Rig(1);
        assertInstanceOf(VcpuExit.Unrecoverable.class, rig.run());
        Rig el0 = new Rig(1);
        el0.vcpu().write(CoreRegister.PSTATE, 0);
        VcpuExit.Unrecoverable exit = assertInstanceOf(VcpuExit.Unrecoverable.class, el0.run());
        assertEquals(0x400, exit.pc());
        assertEquals(
                ExceptionClass.INSTRUCTION_ABORT_LOWER,
                syndrome(exit).exceptionClass().orElseThrow());
    }

    @Test
    void aJumpIntoNowhereWithVectorsIsAnAbortOfTheGuest() {
        Rig rig = new Rig(1).start(br(1)).set(1, Rig.NOWHERE).code(Rig.VECTORS + 0x200, movz(5, 1, 0), b(0));
        rig.vcpu().write(SystemRegister.VBAR_EL1, Rig.VECTORS);
        assertEquals(new VcpuExit.BudgetExhausted(10), rig.run(0, 10));
        assertEquals(1, rig.x(5));
    }

    @Test
    void vectorsThatOnlyFaultUseUpTheBudget() {
        Rig rig = new Rig(1).start(UDF);
        rig.vcpu().write(SystemRegister.VBAR_EL1, Rig.VECTORS);
        assertEquals(new VcpuExit.BudgetExhausted(100_000), rig.run(0, 100_000));
    }

    @Test
    void anEventHandlerInNowhereIsAnAbortOfTheGuestAlsoWhenItInterruptsAnExceptionEntry() {
        Rig rig = new Rig(1).start(UDF).code(Rig.VECTORS + 0x200, movz(5, 1, 0), b(0));
        rig.set(0, EventPersonality.REGISTER & 0xFFFF_FFFFL).set(1, Rig.NOWHERE);
        rig.vcpu().write(SystemRegister.VBAR_EL1, Rig.VECTORS);
        rig.code(Rig.CODE, A64.hvc(0), UDF, NOP);
        rig.step();
        rig.step();
        rig.personality.raise(0);
        assertEquals(new VcpuExit.BudgetExhausted(10), rig.run(0, 10));
        assertEquals(1, rig.x(5));
        assertEquals(Rig.NOWHERE, rig.vcpu().read(SystemRegister.ELR_EL1));
    }

    @Test
    void codeInADeviceOfTheProcessorIsAnAbortToo() {
        Rig rig = new Rig(1).start(br(1)).set(1, MachineLayout.DISTRIBUTOR);
        assertInstanceOf(VcpuExit.Unrecoverable.class, rig.run());
    }
}
