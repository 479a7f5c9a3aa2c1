/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionClass;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.FaultStatus;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Syndrome;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.trace.TraceEvent;
import io.faultline.hwmodel.Guest;
import io.faultline.hwmodel.Programs;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExceptionTest {
    private static final int SP0_SYNC = 0;
    private static final int SPX_SYNC = 4;
    private static final int LOWER_SYNC = 8;
    private static final long EL1H = 0b0101 | ProcessorState.DAIF;
    private static final long EL1T = 0b0100 | ProcessorState.DAIF;

    private static Guest at(Guest guest, long pstate) {
        guest.pe().pstate(new ProcessorState(pstate));
        return guest;
    }

    private static Syndrome esr(Guest guest) {
        return new Syndrome(guest.read(SystemRegister.ESR_EL1));
    }

    @Test
    void svcGoesToTheVectorOfItsLevelAndStackPointer() {
        assertEquals(SPX_SYNC, at(Guest.executing("svc #0x1234"), EL1H).vector());
        assertEquals(SP0_SYNC, at(Guest.executing("svc #0x1234"), EL1T).vector());
        assertEquals(LOWER_SYNC, at(Guest.executing("svc #0x1234"), 0).vector());
    }

    @Test
    void svcSavesWhereToReturnAndWhy() {
        Guest guest = at(Guest.executing("svc #0x1234"), ProcessorState.N | ProcessorState.C | ProcessorState.A);
        guest.write(CoreRegister.SP_EL0, 0x123456);
        guest.vector();

        assertEquals(Syndrome.of(ExceptionClass.SVC64, 0x1234), esr(guest));
        assertEquals(Guest.CODE + 4, guest.read(SystemRegister.ELR_EL1));
        assertEquals(ProcessorState.N | ProcessorState.C | ProcessorState.A, guest.read(SystemRegister.SPSR_EL1));
        assertEquals(
                ProcessorState.N | ProcessorState.C | EL1H, guest.traps.get(0).spsr());
        assertEquals(0x123456, guest.read(CoreRegister.SP_EL0));
        assertEquals(Guest.STACK, guest.read(CoreRegister.SP_EL1));
    }

    @Test
    void brkReturnsToItself() {
        Guest guest = Guest.executing("brk #0x99");
        assertEquals(SPX_SYNC, guest.vector());
        assertEquals(Syndrome.of(ExceptionClass.BRK, 0x99), esr(guest));
        assertEquals(Guest.CODE, guest.read(SystemRegister.ELR_EL1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hlt #1",
                "fmov d0, x1",
                "fadd d0, d1, d2",
                "add v0.16b, v1.16b, v2.16b",
                "ldr q0, [x2]",
                "msr dit, #1",
                "msr ssbs, #1",
                "mrs x1, fpcr",
                "msr fpsr, x1",
                "mrs x1, s3_7_c15_c15_7",
                "msr s3_7_c15_c15_7, x1",
                "msr s3_0_c0_c7_7, x1",
                "sysl x1, #3, c7, c4, #1",
                "at s12e1r, x2",
                "tlbi alle2",
                "sb",
                "pacia x1, x2",
            })
    void whatThisPeDoesNotHaveIsUndefined(String instruction) {
        Guest guest = Guest.executing(instruction);
        assertEquals(SPX_SYNC, guest.vector());
        assertEquals(0x0200_0000L, guest.read(SystemRegister.ESR_EL1), "EC 0, IL 1, ISS 0");
        assertEquals(Guest.CODE, guest.read(SystemRegister.ELR_EL1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hvc #0x4321",
                "smc #0x55",
                "eret",
                "msr spsel, #1",
                "ic iallu",
                "ic ialluis",
                "dc ivac, x2",
                "dc isw, x2",
                "at s1e1r, x2",
                "tlbi vmalle1",
                "mrs x1, s3_0_c0_c7_7",
                "mrs x1, s3_7_c15_c15_7",
                "mrs xzr, midr_el1",
            })
    void whatEl0MayNotDoIsUndefinedThere(String instruction) {
        Guest guest = at(Guest.executing(instruction), 0);
        assertEquals(LOWER_SYNC, guest.vector());
        assertEquals(0x0200_0000L, guest.read(SystemRegister.ESR_EL1));
        assertEquals(1, guest.traps.size());
    }

    @Test
    void unallocatedIdRegistersReadAsZero() {
        assertEquals(0, Guest.executing("mrs x1, s3_0_c0_c7_7").x(1, 5).finish().x(1));
    }

    @Test
    void aReadIntoTheZeroRegisterChangesNothing() {
        Guest.executing("mrs xzr, midr_el1").finish();
    }

    @Test
    void hvcTrapsWithTheNextInstructionAsReturnAddress() {
        Guest guest = at(Guest.executing("hvc #0x4321"), EL1H | ProcessorState.Z);
        Guest.Trap trap = guest.run();
        assertEquals("hvc", trap.kind());
        assertEquals(Syndrome.of(ExceptionClass.HVC64, 0x4321), trap.esr());
        assertEquals(Guest.CODE + 4, trap.elr());
        assertEquals(EL1H | ProcessorState.Z, trap.spsr());
        assertEquals(Guest.CODE + 4, guest.pe().pc());
        assertEquals(ExceptionLevel.EL1, guest.pe().level());
    }

    @Test
    void duringATrapThePeIsAtEl2() {
        Guest guest = Guest.executing("hvc #0x4321");
        guest.write(SystemRegister.VBAR_EL2, 0x8000);
        guest.action = (pe, trap) -> {
            assertEquals(ExceptionLevel.EL2, pe.level());
            assertEquals(0x8400, pe.pc());
            assertEquals(new ProcessorState(0x3C9), pe.pstate());
            pe.requestStop();
        };
        guest.run();
    }

    @Test
    void hvcCanBeDisabled() {
        Guest guest = Guest.executing("hvc #0x4321");
        guest.write(SystemRegister.HCR_EL2, guest.read(SystemRegister.HCR_EL2) | 1L << 29);
        guest.pe().run(1);
        assertEquals(List.of(), guest.traps);
        assertEquals(Guest.VECTORS + 0x200, guest.pe().pc());
        assertEquals(0x0200_0000L, guest.read(SystemRegister.ESR_EL1));
    }

    @Test
    void smcTrapsWithItselfAsReturnAddress() {
        Guest.Trap trap = Guest.executing("smc #0x55").run();
        assertEquals("smc", trap.kind());
        assertEquals(Syndrome.of(ExceptionClass.SMC64, 0x55), trap.esr());
        assertEquals(Guest.CODE, trap.elr());
    }

    @Test
    void smcThatIsNotTrappedIsUndefined() {
        Guest guest = Guest.executing("smc #0x55");
        guest.write(SystemRegister.HCR_EL2, 1);
        assertEquals(SPX_SYNC, guest.vector());
        assertEquals(0x0200_0000L, guest.read(SystemRegister.ESR_EL1));
    }

    @Test
    void aHandlerRedirectsByRewritingTheReturnState() {
        Guest guest = Guest.executing("hvc #0x4321");
        guest.action = (pe, trap) -> {
            pe.write(SystemRegister.ELR_EL2, Guest.DATA);
            pe.write(SystemRegister.SPSR_EL2, ProcessorState.Z);
            pe.requestStop();
        };
        guest.run();
        assertEquals(Guest.DATA, guest.pe().pc());
        assertEquals(new ProcessorState(ProcessorState.Z), guest.pe().pstate());
    }

    @Test
    void returnFromEl2ToNowhereIsUnrecoverable() {
        Guest guest = Guest.executing("hvc #0x4321");
        guest.action = (pe, trap) -> pe.write(SystemRegister.SPSR_EL2, 0x3C9);
        assertEquals(StopReason.STOP_REQUESTED, guest.pe().run(10));
        assertEquals(1, guest.unrecoverable.size());
        assertTrue(guest.pe().pstate().has(ProcessorState.IL));
    }

    @Test
    void whatAHandlerThrowsReachesTheCallerAfterTheReturn() {
        Guest guest = Guest.executing("hvc #0x4321");
        guest.action = (pe, trap) -> {
            throw new IllegalStateException("defect");
        };
        assertThrows(IllegalStateException.class, () -> guest.pe().run(10));
        assertEquals(Guest.CODE + 4, guest.pe().pc());
        assertEquals(ExceptionLevel.EL1, guest.pe().level());
    }

    @Test
    void eretRestoresStateAndGoesToTheLink() {
        Guest guest = Guest.executing("eret");
        guest.load(Guest.DATA, Programs.word("svc #0x1234"));
        guest.write(SystemRegister.ELR_EL1, Guest.DATA);
        guest.write(SystemRegister.SPSR_EL1, ProcessorState.N | ProcessorState.I);
        guest.pe().step();
        assertEquals(
                new ProcessorState(ProcessorState.N | ProcessorState.I),
                guest.pe().pstate());
        assertEquals(Guest.DATA, guest.pe().pc());
        assertTrue(guest.pe().isEventSet());
        assertEquals(LOWER_SYNC, guest.vector());
    }

    @Test
    void bitsOfAbsentFeaturesAreNotRestored() {
        Guest guest = Guest.executing("eret");
        guest.write(SystemRegister.SPSR_EL1, 0xF000_0000L | 0x0FEF_FC00L | EL1H);
        guest.pe().step();
        assertEquals(new ProcessorState(0xF0C0_0000L | EL1H), guest.pe().pstate());
    }

    @ParameterizedTest
    @CsvSource({"9, EL2h", "8, EL2t", "13, EL3h", "1, EL0 with SP_ELx", "2, reserved", "7, reserved", "16, AArch32"})
    void anIllegalReturnStaysAndSetsIl(int mode, String name) {
        Guest guest = at(Guest.executing("eret"), EL1H);
        guest.write(SystemRegister.ELR_EL1, Guest.DATA);
        guest.write(SystemRegister.SPSR_EL1, mode | ProcessorState.Z | ProcessorState.F);
        guest.pe().step();
        assertEquals(
                new ProcessorState(0b0101 | ProcessorState.Z | ProcessorState.F | ProcessorState.IL),
                guest.pe().pstate(),
                name);
        assertEquals(Guest.DATA, guest.pe().pc());

        assertEquals(SPX_SYNC, guest.vector());
        assertEquals(Syndrome.of(ExceptionClass.ILLEGAL_STATE, 0), esr(guest));
        assertEquals(Guest.DATA, guest.read(SystemRegister.ELR_EL1));
        assertTrue(new ProcessorState(guest.read(SystemRegister.SPSR_EL1)).has(ProcessorState.IL));
        assertFalse(new ProcessorState(guest.traps.get(0).spsr()).has(ProcessorState.IL));
    }

    @Test
    void ilIsRestoredByALegalReturn() {
        Guest guest = Guest.executing("eret");
        guest.write(SystemRegister.ELR_EL1, Guest.DATA);
        guest.write(SystemRegister.SPSR_EL1, EL1H | ProcessorState.IL);
        assertEquals(SPX_SYNC, guest.vector());
        assertEquals(Syndrome.of(ExceptionClass.ILLEGAL_STATE, 0), esr(guest));
    }

    @Test
    void aMisalignedPcIsReportedAtTheTarget() {
        Guest guest = Guest.running("nops");
        guest.write(CoreRegister.PC, Guest.CODE + 2);
        assertEquals(SPX_SYNC, guest.vector());
        assertEquals(Syndrome.of(ExceptionClass.PC_ALIGNMENT, 0), esr(guest));
        assertEquals(Guest.CODE + 2, guest.read(SystemRegister.FAR_EL1));
        assertEquals(Guest.CODE + 2, guest.read(SystemRegister.ELR_EL1));
    }

    @Test
    void aBranchToAMisalignedAddressFaultsThere() {
        Guest guest = Guest.executing(Programs.word("br x2"));
        guest.x(2, Guest.CODE + 1);
        guest.vector();
        assertEquals(Guest.CODE + 1, guest.read(SystemRegister.ELR_EL1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ldr x1, [sp, #8]", "stp x1, x3, [sp, #-16]!", "ldrh w1, [sp], #2"})
    void aMisalignedStackPointerIsABaseOfNothing(String instruction) {
        Guest guest = Guest.executing(instruction);
        guest.write(CoreRegister.SP_EL1, Guest.DATA + 8);
        assertEquals(SPX_SYNC, guest.vector());
        assertEquals(Syndrome.of(ExceptionClass.SP_ALIGNMENT, 0), esr(guest));
        assertEquals(Guest.CODE, guest.read(SystemRegister.ELR_EL1));
        assertEquals(Guest.DATA + 8, guest.read(CoreRegister.SP_EL1));
    }

    @Test
    void theStackPointerCheckIsSwitchedByLevel() {
        Guest el1 = Guest.executing("ldr x1, [sp, #8]");
        el1.write(CoreRegister.SP_EL1, Guest.DATA + 8);
        el1.write(SystemRegister.SCTLR_EL1, el1.read(SystemRegister.SCTLR_EL1) & ~(1L << 3));
        el1.finish();

        Guest el0 = at(Guest.executing("ldr x1, [sp, #8]"), 0);
        el0.write(CoreRegister.SP_EL0, Guest.DATA + 8);
        assertEquals(LOWER_SYNC, el0.vector());
        assertEquals(Syndrome.of(ExceptionClass.SP_ALIGNMENT, 0), esr(el0));
    }

    @Test
    void theSelectedStackPointerFollowsSpsel() {
        Guest guest = Guest.executing("msr spsel, #0");
        guest.write(CoreRegister.SP_EL0, 0x1000);
        guest.load(Guest.CODE + 4, Programs.word("ldr x1, [sp], #16"), Programs.word("hvc #0"));
        guest.write(CoreRegister.SP_EL0, Guest.DATA);
        guest.finish();
        assertEquals(Guest.DATA + 16, guest.read(CoreRegister.SP_EL0));
        assertEquals(Guest.STACK, guest.read(CoreRegister.SP_EL1));
        assertEquals(EL1T, guest.traps.get(0).spsr());
    }

    /** A call completes the step before its exception (SSAdvance); what is not executed does not. */
    @ParameterizedTest
    @CsvSource({"svc #0x1234, 0", "brk #0x99, 1", "'ldr x1, [x2]', 1"})
    void onlyACallEndsTheStepThatItsExceptionInterrupts(String instruction, int pending) {
        Guest guest = at(Guest.executing(instruction), 5 | ProcessorState.SS).x(2, Guest.DATA + 1);
        guest.write(SystemRegister.OSLAR_EL1, 0).write(SystemRegister.MDSCR_EL1, 1 << 13 | 1);
        guest.run();
        assertEquals(pending, guest.read(SystemRegister.SPSR_EL1) >>> 21 & 1);
    }

    @Test
    void anInjectedAbortIsTakenFromTheTrappedContext() {
        Guest guest = at(Guest.executing("ldr x1, [x2]"), ProcessorState.V).x(2, Guest.NOWHERE);
        guest.action = (pe, trap) -> {
            guest.action = (p, t) -> p.requestStop();
            pe.injectAbort(trap.access(), pe.read(SystemRegister.FAR_EL2), FaultStatus.EXTERNAL);
            assertTrue(pe.isAtUnfetchedVector());
            assertEquals(ExceptionLevel.EL2, pe.level());
        };
        assertEquals("hvc", guest.run().kind());
        assertEquals(0x108, guest.traps.get(1).esr().immediate(), "vector 8: synchronous from a lower level");
        assertEquals(Syndrome.of(ExceptionClass.DATA_ABORT_LOWER, FaultStatus.EXTERNAL), esr(guest));
        assertEquals(Guest.NOWHERE, guest.read(SystemRegister.FAR_EL1));
        assertEquals(Guest.CODE, guest.read(SystemRegister.ELR_EL1));
        assertEquals(ProcessorState.V, guest.read(SystemRegister.SPSR_EL1));
    }

    @Test
    void anInterruptThatIsDueIsTakenFromTheTrappedContext() {
        Guest guest = at(Guest.executing("ldr x1, [x2]"), ProcessorState.V).x(2, Guest.NOWHERE);
        RunLoopTest.enable(guest, 23);
        guest.write(SystemRegister.ICC_PMR_EL1, 0xF0).write(SystemRegister.ICC_IGRPEN1_EL1, 1);
        guest.action = (pe, trap) -> {
            guest.action = (p, t) -> p.requestStop();
            assertFalse(pe.injectDueInterrupt(), "nothing is pending");
            guest.hardware.gic().redistributor(0).setLevel(23, true);
            pe.returnState(ProcessorState.V | ProcessorState.I);
            assertFalse(pe.injectDueInterrupt(), "the context masks it");
            pe.returnState(ProcessorState.V);
            assertTrue(pe.injectDueInterrupt());
            assertFalse(pe.injectDueInterrupt(), "the entry has masked it");
            assertEquals(ExceptionLevel.EL2, pe.level());
        };
        assertEquals("hvc", guest.run().kind());
        assertEquals(0x109, guest.traps.get(1).esr().immediate(), "vector 9: IRQ from a lower level");
        assertEquals(Guest.CODE, guest.read(SystemRegister.ELR_EL1));
        assertEquals(ProcessorState.V, guest.read(SystemRegister.SPSR_EL1));
        assertThrows(IllegalStateException.class, () -> guest.pe().injectDueInterrupt());
    }

    @Test
    void anInjectedAbortOfAWriteSaysSo() {
        Guest guest = Guest.executing("nop");
        guest.pe().injectAbort(AccessKind.WRITE, 0x123, FaultStatus.EXTERNAL);
        assertEquals(Guest.VECTORS + 0x200, guest.pe().pc());
        assertEquals(Syndrome.of(ExceptionClass.DATA_ABORT_SAME, FaultStatus.EXTERNAL | 1 << 6), esr(guest));
        guest.pe().injectAbort(AccessKind.EXECUTE, 0x124, FaultStatus.EXTERNAL);
        assertEquals(Syndrome.of(ExceptionClass.INSTRUCTION_ABORT_SAME, FaultStatus.EXTERNAL), esr(guest));
        assertEquals(0x124, guest.read(SystemRegister.FAR_EL1));
        assertEquals(Guest.VECTORS + 0x200, guest.read(SystemRegister.ELR_EL1));
    }

    @Test
    void anUndefinedInstructionCanBeInjected() {
        Guest guest = Guest.executing("smc #0x55");
        guest.action = (pe, trap) -> {
            guest.action = (p, t) -> p.requestStop();
            pe.injectUndefined();
        };
        assertEquals(SPX_SYNC, guest.vector());
        assertEquals(0x0200_0000L, guest.read(SystemRegister.ESR_EL1));
        assertEquals(Guest.CODE, guest.read(SystemRegister.ELR_EL1));
    }

    @Test
    void aVectorThatCannotBeFetchedIsRecognised() {
        Guest guest = Guest.executing("svc #0x1234");
        guest.write(SystemRegister.VBAR_EL1, Guest.NOWHERE);
        boolean[] atVector = {false};
        guest.action = (pe, trap) -> {
            atVector[0] = pe.isAtUnfetchedVector();
            pe.requestStop();
        };
        Guest.Trap trap = guest.run();
        assertEquals(AccessKind.EXECUTE, trap.access());
        assertEquals(Guest.NOWHERE + 0x200, trap.elr());
        assertTrue(atVector[0]);

        Guest plain = Guest.executing("br x2").x(2, Guest.NOWHERE);
        plain.action = (pe, t) -> {
            atVector[0] = pe.isAtUnfetchedVector();
            pe.requestStop();
        };
        plain.run();
        assertFalse(atVector[0]);
    }

    @Test
    void aVectorThatWasFetchedIsNotAnUnfetchedOne() {
        Guest guest = Guest.executing("svc #0x1234");
        guest.pe().step();
        assertTrue(guest.pe().isAtUnfetchedVector());
        guest.pe().step();
        assertFalse(guest.pe().isAtUnfetchedVector());
    }

    @Test
    void exceptionsAreTraced() {
        Guest guest = Guest.running("drop");
        guest.x(0, Guest.DATA).x(1, 0);
        guest.load(Guest.DATA, Programs.word("svc #0x1234"));
        guest.vector();
        assertEquals(
                List.of(
                        new TraceEvent.ExceptionReturn(0, 1, 0, Guest.DATA),
                        new TraceEvent.ExceptionEntry(
                                0,
                                0,
                                1,
                                Guest.VECTORS + 0x400,
                                Syndrome.of(ExceptionClass.SVC64, 0x1234).esr(),
                                Guest.DATA + 4)),
                guest.trace);
    }
}
