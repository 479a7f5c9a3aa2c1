/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import static io.faultline.api.arm64.SystemRegister.CNTHCTL_EL2;
import static io.faultline.api.arm64.SystemRegister.CPTR_EL2;
import static io.faultline.api.arm64.SystemRegister.ELR_EL1;
import static io.faultline.api.arm64.SystemRegister.ELR_EL2;
import static io.faultline.api.arm64.SystemRegister.ESR_EL1;
import static io.faultline.api.arm64.SystemRegister.ESR_EL2;
import static io.faultline.api.arm64.SystemRegister.FAR_EL2;
import static io.faultline.api.arm64.SystemRegister.HCR_EL2;
import static io.faultline.api.arm64.SystemRegister.HPFAR_EL2;
import static io.faultline.api.arm64.SystemRegister.MDCR_EL2;
import static io.faultline.api.arm64.SystemRegister.SCTLR_EL1;
import static io.faultline.api.arm64.SystemRegister.SCTLR_EL2;
import static io.faultline.api.arm64.SystemRegister.SPSR_EL2;
import static io.faultline.api.arm64.SystemRegister.VBAR_EL1;
import static io.faultline.api.arm64.SystemRegister.VPIDR_EL2;
import static io.faultline.api.arm64.SystemRegister.VTCR_EL2;
import static io.faultline.api.arm64.SystemRegister.VTTBR_EL2;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.ExceptionClass;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Syndrome;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.hwmodel.Guest;
import io.faultline.hwmodel.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A guest that has EL2: what goes there, what goes above, and what FEAT_VHE changes. */
class GuestAtEl2Test {
    private static final int EL2_SPX_SYNC = 4;
    private static final int EL2_LOWER_SYNC = 8;
    private static final int EL2_LOWER_SERROR = 11;
    private static final long EL1_VECTORS = Guest.RAM + 0x2000;
    private static final long EL1_CODE = Guest.RAM + 0x4000;
    private static final long E2H = 1L << 34;
    private static final long TGE = 1L << 27;
    private static final long TWI = 1L << 13;
    private static final long AMO = 1L << 5;
    private static final long IMO = 1L << 4;
    private static final long FMO = 1L << 3;

    /** A guest that is about to execute one instruction at EL1 or EL0. */
    private static Guest below(int level, String instruction) {
        Guest guest = Guest.atEl2();
        guest.load(EL1_CODE, Programs.word(instruction), Programs.word("smc #0"));
        guest.load(EL1_VECTORS, Programs.program("smc_vectors"));
        guest.write(VBAR_EL1, EL1_VECTORS);
        guest.pe().pstate(new ProcessorState(ProcessorState.DAIF | (level == 1 ? 5 : 0)));
        guest.pe().pc(EL1_CODE);
        return guest;
    }

    private static ExceptionClass why(Guest guest) {
        return new Syndrome(guest.read(ESR_EL2)).exceptionClass().orElseThrow();
    }

    private static void assertTrappedToEl2(Guest guest, ExceptionClass expected) {
        assertEquals(EL2_LOWER_SYNC, guest.vector());
        assertEquals(expected, why(guest));
        assertEquals(EL1_CODE, guest.read(ELR_EL2));
    }

    @Test
    void theGuestStartsAtEl2AndSaysSo() {
        Guest guest = Guest.atEl2("mrs x1, id_aa64pfr0_el1");
        assertEquals(new ProcessorState(0x3C9), guest.pe().pstate());
        assertEquals(ExceptionLevel.EL2, guest.pe().topLevel());
        assertEquals(0x1111, guest.finish().x(1) & 0xFFFF);
        assertEquals(0x100, Guest.atEl2("mrs x1, id_aa64mmfr1_el1").finish().x(1) & 0xF00);
    }

    @Test
    void aHypervisorCallOfEl1GoesToEl2() {
        Guest guest = below(1, "hvc #7");
        assertEquals(EL2_LOWER_SYNC, guest.vector());
        assertEquals(ExceptionClass.HVC64, why(guest));
        assertEquals(7, new Syndrome(guest.read(ESR_EL2)).immediate());
        assertEquals(EL1_CODE + 4, guest.read(ELR_EL2));
        assertEquals(0x3C5, guest.read(SPSR_EL2));
        assertEquals(1, guest.traps.size(), "the software above the guest hears only of the report");
    }

    @Test
    void aMonitorCallGoesAboveUnlessEl2TrapsIt() {
        Guest direct = below(1, "smc #0");
        assertEquals(EL1_CODE + 4, direct.finish().traps.get(0).elr());
        Guest trapped = below(1, "smc #0").write(HCR_EL2, 1L << 19);
        assertTrappedToEl2(trapped, ExceptionClass.SMC64);
    }

    @Test
    void waitingIsTrappedToEl2OrReportedAbove() {
        assertTrappedToEl2(below(1, "wfi").write(HCR_EL2, TWI), ExceptionClass.WFX);
        assertTrappedToEl2(below(1, "wfe").write(HCR_EL2, 1L << 14), ExceptionClass.WFX);
        Guest waiting = below(1, "wfi");
        assertEquals("wfx", waiting.run().kind());
        assertEquals("wfx", Guest.atEl2("wfi").run().kind());
        Guest.atEl2("wfe").finish();
    }

    /** HCR_EL2 bit, instruction. */
    @ParameterizedTest
    @CsvSource({
        "18, mrs x1 id_aa64pfr0_el1",
        "26, msr ttbr0_el1 x1",
        "30, mrs x1 sctlr_el1",
        "25, tlbi vae1 x2",
        "22, dc isw x2",
        "23, dc civac x2",
        "24, ic ivau x2",
        "28, dc zva x2",
        "20, mrs x1 s3_0_c15_c0_0",
    })
    void el2TrapsWhatEl1Does(int bit, String instruction) {
        String source = instruction.replaceFirst(" (\\w+)$", ", $1").replace("ic ivau,", "ic ivau,");
        Guest guest = below(1, source).write(HCR_EL2, 1L << bit);
        guest.x(2, Guest.DATA);
        assertTrappedToEl2(guest, ExceptionClass.SYSTEM_REGISTER);
    }

    @Test
    void otherControlsOfEl2TrapToo() {
        assertTrappedToEl2(below(1, "mrs x1, cpacr_el1").write(CPTR_EL2, 1L << 31), ExceptionClass.SYSTEM_REGISTER);
        assertTrappedToEl2(below(1, "mrs x1, dbgbvr0_el1").write(MDCR_EL2, 1L << 9), ExceptionClass.SYSTEM_REGISTER);
        assertTrappedToEl2(below(1, "mrs x1, cntp_ctl_el0").write(CNTHCTL_EL2, 1), ExceptionClass.SYSTEM_REGISTER);
        assertTrappedToEl2(
                below(1, "mrs x1, cntp_ctl_el0").write(HCR_EL2, E2H).write(CNTHCTL_EL2, 3),
                ExceptionClass.SYSTEM_REGISTER);
        below(1, "mrs x1, cntp_ctl_el0").write(CNTHCTL_EL2, 3).finish();
    }

    @Test
    void hypervisorCallsCanBeSwitchedOnlyWhereThereIsNoEl3() {
        Guest guest = below(1, "hvc #7").write(HCR_EL2, 1L << 29);
        assertEquals(0, guest.read(HCR_EL2) & 1L << 29);
        assertEquals(EL2_LOWER_SYNC, guest.vector());
    }

    @Test
    void el0BelongsToEl2WithTge() {
        Guest guest = below(0, "svc #9").write(HCR_EL2, TGE);
        assertEquals(EL2_LOWER_SYNC, guest.vector());
        assertEquals(ExceptionClass.SVC64, why(guest));
        Guest undefined = below(0, "mrs x1, sctlr_el1").write(HCR_EL2, TGE);
        assertEquals(EL2_LOWER_SYNC, undefined.vector());
        assertEquals(ExceptionClass.UNKNOWN, why(undefined));
    }

    @Test
    void aReturnToEl1WithTgeIsIllegal() {
        Guest guest =
                Guest.atEl2("eret").write(HCR_EL2, TGE).write(SPSR_EL2, 0x3C5).write(ELR_EL2, EL1_CODE);
        assertEquals(EL2_SPX_SYNC, guest.vector());
        assertEquals(ExceptionClass.ILLEGAL_STATE, why(guest));
        assertEquals(EL1_CODE, guest.read(ELR_EL2));
    }

    @Test
    void aReturnGoesToEl1() {
        Guest guest = Guest.atEl2("eret").write(SPSR_EL2, 0x3C5).write(ELR_EL2, EL1_CODE);
        guest.load(EL1_CODE, Programs.word("smc #0"));
        assertEquals(0x3C5, guest.finish().traps.get(0).spsr());
    }

    @Test
    void namesMeanRegistersOfEl2ForAHost() {
        String[] names = {"mrs x1, sctlr_el1"};
        Guest plain = Guest.atEl2(names).write(SCTLR_EL1, 0x30D0_0804L).write(SCTLR_EL2, 0x30C5_1834L);
        assertEquals(plain.read(SCTLR_EL1), plain.finish().x(1));
        Guest host = Guest.atEl2(names).write(HCR_EL2, E2H).write(SCTLR_EL2, 0x30C5_1834L);
        assertEquals(host.read(SCTLR_EL2), host.finish().x(1));
        Guest alias = Guest.atEl2("mrs x1, sctlr_el12").write(HCR_EL2, E2H);
        assertEquals(alias.read(SCTLR_EL1), alias.finish().x(1));
        Guest writes =
                Guest.atEl2("msr sctlr_el12, x1", "mrs x1, cntv_ctl_el02").write(HCR_EL2, E2H);
        writes.x(1, 0x30D0_1804L).finish();
        assertEquals(1 << 12, writes.read(SCTLR_EL1) & 1 << 12);
        Guest undefined = Guest.atEl2("mrs x1, sctlr_el12");
        assertEquals(EL2_SPX_SYNC, undefined.vector());
        assertEquals(ExceptionClass.UNKNOWN, why(undefined));
    }

    @Test
    void identityOfTheLevelsBelowIsWhatEl2Says() {
        Guest guest = below(1, "mrs x1, midr_el1").write(VPIDR_EL2, 0x410F_D083L);
        assertEquals(0x410F_D083L, guest.finish().x(1));
        assertEquals(0xF_0000L, Guest.atEl2("mrs x1, midr_el1").finish().x(1));
        assertEquals(1L << 31, below(1, "mrs x1, mpidr_el1").finish().x(1));
        assertEquals(1L << 31, Guest.atEl2("mrs x1, mpidr_el1").finish().x(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "at s1e2r, x2",
                "at s12e1w, x2",
                "tlbi vae2is, x2",
                "tlbi alle2",
                "tlbi alle1",
                "tlbi alle1is",
                "tlbi vmalls12e1is",
                "tlbi ipas2e1is, x2",
                "tlbi aside1, x2",
                "tlbi vaae1is, x2",
                "tlbi vmalle1"
            })
    void maintenanceOfEveryRegimeIsForEl2(String instruction) {
        Guest.atEl2(instruction).finish();
        Guest.atEl2(instruction).write(HCR_EL2, E2H | TGE).finish();
    }

    @Test
    void addressTranslationAtEl2NamesItsRegime() {
        Guest own = Guest.atEl2("at s1e2r, x2").x(2, Guest.DATA).finish();
        assertEquals(Guest.DATA | 1 << 11 | 1 << 9 | 2 << 7, own.read(SystemRegister.PAR_EL1));
        Guest both = Guest.atEl2("at s12e1w, x2").x(2, Guest.DATA);
        stage2(both, 0);
        both.pe().pc(Guest.CODE);
        both.finish();
        assertEquals(1, both.read(SystemRegister.PAR_EL1) & 1);
        assertEquals(1 << 9, both.read(SystemRegister.PAR_EL1) & 1 << 9);
    }

    /** One block of 1 GiB at 1 GiB, 39-bit addresses. */
    private static void stage2(Guest guest, long attributes) {
        long table = Guest.RAM + 0xC000;
        guest.store64(table + 8, attributes == 0 ? 0 : Guest.RAM | attributes);
        guest.write(VTCR_EL2, 25 | 1 << 6 | 5L << 16);
        guest.write(VTTBR_EL2, table);
        guest.write(HCR_EL2, guest.read(HCR_EL2) | 1);
    }

    @Test
    void faultsOfItsStage2GoToEl2WithTheIntermediateAddress() {
        Guest guest = below(1, "ldr w5, [x2]").x(2, 0x9123_4560L);
        stage2(guest, 0x4FD);
        assertEquals(EL2_LOWER_SYNC, guest.vector());
        Syndrome syndrome = new Syndrome(guest.read(ESR_EL2));
        assertEquals(ExceptionClass.DATA_ABORT_LOWER, syndrome.exceptionClass().orElseThrow());
        assertEquals(5, syndrome.faultStatus());
        assertTrue(syndrome.hasAccessDetails());
        assertEquals(5, syndrome.transferRegister());
        assertEquals(0x9123_4560L, guest.read(FAR_EL2));
        assertEquals(0x9123_4000L >>> 8, guest.read(HPFAR_EL2));
        Guest fetch = below(1, "svc #9");
        stage2(fetch, 0);
        assertEquals(EL2_LOWER_SYNC, fetch.vector());
        assertEquals(ExceptionClass.INSTRUCTION_ABORT_LOWER, why(fetch));
        assertEquals(EL1_CODE >>> 12 << 4, fetch.read(HPFAR_EL2));
    }

    @Test
    void whatIsNotThereGoesAboveWhoeverAccessesIt() {
        Guest guest = Guest.atEl2("ldr w5, [x2]").x(2, Guest.NOWHERE);
        Guest.Trap trap = guest.run();
        assertEquals("stage2", trap.kind());
        assertEquals(Guest.NOWHERE, trap.ipa());
        assertEquals(Guest.NOWHERE, trap.far());
        assertEquals(0, guest.read(HPFAR_EL2));
        assertEquals(
                "stage2", below(1, "str x5, [x2]").x(2, Guest.NOWHERE).run().kind());
    }

    @Test
    void physicalErrorsAreRoutedByAmo() {
        Guest guest = below(1, "nop").write(HCR_EL2, AMO);
        guest.pe().pendSError();
        assertEquals(EL2_LOWER_SERROR, guest.vector());
        assertEquals(ExceptionClass.SERROR, why(guest));
        Guest masked = below(1, "mrs x1, isr_el1");
        masked.pe().pendSError();
        assertTrue(masked.pe().isInterruptPending());
        assertEquals(1 << 8, masked.finish().x(1));
        Guest open = below(1, "nop");
        open.pe().pstate(new ProcessorState(5));
        open.pe().pendSError();
        assertEquals(7, open.vector());
        assertEquals(0xBE00_0000L, open.read(ESR_EL1));
        assertEquals(EL1_CODE, open.read(ELR_EL1));
    }

    @ParameterizedTest
    @CsvSource({"7, 4, 5, 128", "6, 3, 6, 64", "8, 5, 7, 256"})
    void virtualInterruptsOfEl2AreTakenByEl1(int pending, int routing, int vector, int status) {
        Guest guest = below(1, "mrs x1, isr_el1").write(HCR_EL2, 1L << pending | 1L << routing);
        assertEquals(status, guest.finish().x(1));
        Guest open = below(1, "nop").write(HCR_EL2, 1L << pending | 1L << routing);
        open.pe().pstate(new ProcessorState(5));
        assertTrue(open.pe().isInterruptPending());
        assertTrue(open.pe().isInterruptDue());
        assertEquals(vector, open.vector());
        Guest without = below(1, "nop").write(HCR_EL2, 1L << pending);
        without.pe().pstate(new ProcessorState(5));
        without.finish();
        Guest tge = Guest.atEl2("nop").write(HCR_EL2, 1L << pending | 1L << routing | TGE);
        tge.pe().pstate(new ProcessorState(9));
        tge.finish();
    }

    @Test
    void aVirtualErrorIsTakenOnce() {
        Guest guest = below(1, "nop").write(HCR_EL2, AMO | 1L << 8);
        guest.pe().pstate(new ProcessorState(5));
        assertEquals(7, guest.vector());
        assertEquals(AMO, guest.read(HCR_EL2) & (AMO | 1L << 8));
    }

    @ParameterizedTest
    @CsvSource({"4, 9", "27, 9"})
    void physicalInterruptsGoToEl2WhateverEl1Masks(int bit, int vector) {
        Guest guest = below(1, "nop").write(HCR_EL2, 1L << bit);
        guest.pe().write(SystemRegister.ICC_PMR_EL1, 0xF0);
        guest.pe().write(SystemRegister.ICC_IGRPEN1_EL1, 1);
        RunLoopTest.enable(guest, 27);
        guest.write(SystemRegister.CNTV_CTL_EL0, 1);
        assertEquals(vector, guest.vector());
        assertEquals(EL1_CODE, guest.read(ELR_EL2));
    }

    @Test
    void interruptRegistersOfEl1AreVirtualOnlyWhereEl2TakesInterrupts() {
        Guest physical = below(1, "msr icc_pmr_el1, x1").x(1, 0xF0).finish();
        assertEquals(0xF0, physical.read(SystemRegister.ICC_PMR_EL1));
        Guest virtual = below(1, "msr icc_pmr_el1, x1")
                .write(HCR_EL2, IMO | FMO)
                .x(1, 0xF0)
                .finish();
        assertEquals(0, virtual.read(SystemRegister.ICC_PMR_EL1));
        Guest send = below(1, "msr icc_sgi1r_el1, x1").write(HCR_EL2, IMO);
        assertTrappedToEl2(send, ExceptionClass.SYSTEM_REGISTER);
        Guest common = below(1, "mrs x1, icc_pmr_el1").write(SystemRegister.ICH_HCR_EL2, 1 << 10);
        assertTrappedToEl2(common, ExceptionClass.SYSTEM_REGISTER);
        Guest acknowledge = below(1, "mrs x1, icc_iar1_el1").write(HCR_EL2, IMO).finish();
        assertEquals(1023, acknowledge.x(1));
    }
}
