/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import static io.faultline.api.arm64.SystemRegister.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionClass;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Syndrome;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.hwmodel.Guest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SystemRegisterTest {
    private static final int SPX_SYNC = 4;
    private static final int LOWER_SYNC = 8;

    private static int mrs(SystemRegister register) {
        return 0xd530_0001 & ~0x18_0000 | register.encoding() << 5;
    }

    private static int msr(SystemRegister register) {
        return 0xd510_0001 & ~0x18_0000 | register.encoding() << 5;
    }

    private static Guest el0(Guest guest) {
        guest.pe().pstate(ProcessorState.EL0T);
        return guest;
    }

    private static Guest set(Guest guest, SystemRegister register, long bits) {
        return guest.write(register, guest.read(register) | bits);
    }

    /** By a debugger, as the MMU is on then. */
    @Test
    void systemControlHasTheBitsOfItsFeatures() {
        Guest guest = new Guest(1, false).write(SystemRegister.SCTLR_EL1, -1);
        assertEquals("34dddb9f", Long.toHexString(guest.read(SystemRegister.SCTLR_EL1)));
    }

    /** What EL1 sees of a register after writing all ones, or -1 in the first place if it may not write. */
    @ParameterizedTest
    @CsvSource({
        "TTBR0_EL1, ffffffffffffffff",
        "TTBR1_EL1, ffffffffffffffff",
        "TCR_EL1, 7fffffffbf",
        "MAIR_EL1, ffffffffffffffff",
        "AMAIR_EL1, 0",
        "AFSR0_EL1, 0",
        "AFSR1_EL1, 0",
        "ACTLR_EL1, 0",
        "CPACR_EL1, 300000",
        "ESR_EL1, ffffffff",
        "FAR_EL1, ffffffffffffffff",
        "ELR_EL1, ffffffffffffffff",
        "SPSR_EL1, ffffffff",
        "VBAR_EL1, fffffffffffff800",
        "PAR_EL1, ffffffffffffffff",
        "CONTEXTIDR_EL1, ffffffff",
        "TPIDR_EL0, ffffffffffffffff",
        "TPIDRRO_EL0, ffffffffffffffff",
        "TPIDR_EL1, ffffffffffffffff",
        "SP_EL0, ffffffffffffffff",
        "CNTKCTL_EL1, 3ff",
        "MDSCR_EL1, 6000f041",
        "OSDLR_EL1, 1",
        "DBGBVR0_EL1, 0",
        "DBGBCR0_EL1, 0",
        "DBGWVR1_EL1, 0",
        "DBGWCR1_EL1, 0",
        "CSSELR_EL1, f",
        "CNTV_CVAL_EL0, ffffffffffffffff",
        "CNTP_CVAL_EL0, ffffffffffffffff",
        "ICC_PMR_EL1, f8",
        "ICC_BPR0_EL1, 7",
        "ICC_BPR1_EL1, 7",
        "ICC_CTLR_EL1, 8403",
        "ICC_SRE_EL1, 7",
        "ICC_IGRPEN0_EL1, 1",
        "ICC_IGRPEN1_EL1, 1",
        "ICC_AP0R0_EL1, ffffffff",
        "ICC_AP1R0_EL1, ffffffff",
        "NZCV, f0000000",
        "DAIF, 3c0",
    })
    void whatIsWrittenIsReadBackWithinItsBits(SystemRegister register, String expected) {
        Guest guest = new Guest(1, false);
        guest.load(Guest.CODE, msr(register), mrs(register), 0xd4000002);
        guest.x(1, -1).finish();
        assertEquals(expected, Long.toHexString(guest.x(1)));
        if (!register.name().startsWith("ICC_A")) {
            assertEquals(expected, Long.toHexString(guest.read(register)));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "MIDR_EL1, f0000",
        "MPIDR_EL1, 80000000",
        "REVIDR_EL1, 0",
        "AIDR_EL1, 0",
        "ID_AA64PFR0_EL1, 1100000001ff0011",
        "ID_AA64PFR1_EL1, 0",
        "ID_AA64DFR0_EL1, 101006",
        "ID_AA64ISAR0_EL1, 210000",
        "ID_AA64MMFR0_EL1, 100025",
        "CTR_EL0, b444c004",
        "DCZID_EL0, 4",
        "CLIDR_EL1, 0",
        "CCSIDR_EL1, 0",
        "CURRENTEL, 4",
        "OSLSR_EL1, a",
        "ISR_EL1, 0",
        "CNTFRQ_EL0, 3b9aca0",
        "ICC_IAR1_EL1, 3ff",
        "ICC_HPPIR0_EL1, 3ff",
        "ICC_RPR_EL1, ff",
    })
    void readOnlyRegistersSayWhatThereIs(SystemRegister register, String expected) {
        Guest guest = new Guest(1, false);
        guest.load(Guest.CODE, mrs(register), 0xd4000002);
        assertEquals(expected, Long.toHexString(guest.finish().x(1)));
        assertEquals(expected, Long.toHexString(guest.read(register)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MIDR_EL1",
                "ID_AA64PFR0_EL1",
                "CTR_EL0",
                "CURRENTEL",
                "ISR_EL1",
                "CNTPCT_EL0",
                "CNTVCT_EL0",
                "CNTFRQ_EL0",
                "ICC_IAR1_EL1",
                "ICC_RPR_EL1",
                "OSLSR_EL1",
                "DCZID_EL0",
                "CLIDR_EL1"
            })
    void readOnlyRegistersCannotBeWritten(SystemRegister register) {
        Guest guest = Guest.executing(msr(register));
        assertEquals(SPX_SYNC, guest.vector());
        assertEquals(0x0200_0000L, guest.read(ESR_EL1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ICC_EOIR1_EL1", "ICC_DIR_EL1", "ICC_SGI1R_EL1", "OSLAR_EL1"})
    void writeOnlyRegistersCannotBeRead(SystemRegister register) {
        Guest guest = Guest.executing(mrs(register));
        assertEquals(SPX_SYNC, guest.vector());
        assertEquals(0, guest.read(register));
    }

    @ParameterizedTest
    @EnumSource(value = SystemRegister.class, names = ".*_EL2|SP_EL1", mode = EnumSource.Mode.MATCH_ALL)
    void registersOfEl2AreUndefinedAtEl1(SystemRegister register) {
        Guest read = Guest.executing(mrs(register));
        assertEquals(SPX_SYNC, read.vector());
        assertEquals(0x0200_0000L, read.read(ESR_EL1));
        assertEquals(SPX_SYNC, Guest.executing(msr(register)).vector());
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCTLR_EL1", "VBAR_EL1", "TPIDR_EL1", "ICC_IAR1_EL1", "SPSEL", "CURRENTEL", "SP_EL0"})
    void registersOfEl1AreUndefinedAtEl0(SystemRegister register) {
        Guest guest = el0(Guest.executing(mrs(register)));
        assertEquals(LOWER_SYNC, guest.vector());
        assertEquals(0x0200_0000L, guest.read(ESR_EL1));
    }

    @Test
    void tpidrroIsReadOnlyAtEl0() {
        Guest guest = el0(Guest.executing(msr(TPIDRRO_EL0)));
        assertEquals(LOWER_SYNC, guest.vector());
        Guest read = Guest.executing(mrs(TPIDRRO_EL0)).write(TPIDRRO_EL0, 7);
        el0(read).pe().step();
        assertEquals(7, read.x(1));
    }

    @Test
    void threadRegistersAreReadAtBothLevels() {
        Guest guest = Guest.executing(mrs(TPIDR_EL0)).write(TPIDR_EL0, 6);
        el0(guest).pe().step();
        assertEquals(6, guest.x(1));
        assertEquals(
                9, Guest.executing(mrs(TPIDR_EL1)).write(TPIDR_EL1, 9).finish().x(1));
    }

    @Test
    void spEl0IsUndefinedWhileItIsTheStackPointer() {
        Guest guest = Guest.executing(mrs(SP_EL0));
        guest.pe().pstate(new ProcessorState(0b0100));
        assertEquals(0, guest.vector());
        Guest write = Guest.executing(msr(SP_EL0));
        write.pe().pstate(new ProcessorState(0b0100));
        assertEquals(0, write.vector());
        assertEquals(3, Guest.executing(mrs(SP_EL0)).write(SP_EL0, 3).finish().x(1));
    }

    @Test
    void masksAreSetAndClearedByImmediate() {
        Guest guest = Guest.executing("msr daifset, #2");
        guest.pe().pstate(new ProcessorState(0b0101));
        guest.pe().step();
        assertEquals(new ProcessorState(0b0101 | ProcessorState.I), guest.pe().pstate());
        Guest clear = Guest.executing("msr daifclr, #15");
        clear.pe().step();
        assertEquals(new ProcessorState(0b0101), clear.pe().pstate());
    }

    /** EL0 needs a permission for these; without it the access traps to EL1 with its encoding. */
    @ParameterizedTest
    @CsvSource({
        "DAIF, SCTLR_EL1, 200",
        "CTR_EL0, SCTLR_EL1, 8000",
        "CNTVCT_EL0, CNTKCTL_EL1, 2",
        "CNTPCT_EL0, CNTKCTL_EL1, 1",
        "CNTFRQ_EL0, CNTKCTL_EL1, 1",
        "CNTFRQ_EL0, CNTKCTL_EL1, 2",
        "CNTV_CTL_EL0, CNTKCTL_EL1, 100",
        "CNTP_CVAL_EL0, CNTKCTL_EL1, 200",
    })
    void el0IsLetIn(SystemRegister register, SystemRegister gate, String bit) {
        Guest refused = el0(Guest.executing(mrs(register)));
        assertEquals(LOWER_SYNC, refused.vector());
        Syndrome esr = new Syndrome(refused.read(ESR_EL1));
        assertEquals(ExceptionClass.SYSTEM_REGISTER.code(), esr.classCode());
        assertEquals(iss(register, 1, true), esr.iss());
        assertEquals(Guest.CODE, refused.read(ELR_EL1));

        Guest allowed = Guest.executing(mrs(register));
        el0(set(allowed, gate, Long.parseLong(bit, 16))).pe().step();
        assertEquals(Guest.CODE + 4, allowed.pe().pc());
    }

    private static long iss(SystemRegister register, int rt, boolean read) {
        int e = register.encoding();
        return (e >>> 14 & 3L) << 20
                | (e & 7L) << 17
                | (e >>> 11 & 7L) << 14
                | (e >>> 7 & 15L) << 10
                | (long) rt << 5
                | (e >>> 3 & 15L) << 1
                | (read ? 1 : 0);
    }

    @Test
    void maskingAtEl0NeedsPermission() {
        Guest guest = el0(Guest.executing("msr daifset, #15"));
        assertEquals(LOWER_SYNC, guest.vector());
        assertEquals(ExceptionClass.SYSTEM_REGISTER.code(), new Syndrome(guest.read(ESR_EL1)).classCode());
        Guest allowed = Guest.executing("msr daifset, #15");
        el0(set(allowed, SCTLR_EL1, 1L << 9)).pe().step();
        assertEquals(new ProcessorState(ProcessorState.DAIF), allowed.pe().pstate());
    }

    @ParameterizedTest
    @CsvSource({"'dc cvac, x2'", "'dc cvau, x2'", "'dc civac, x2'", "'ic ivau, x2'", "'dc zva, x2'"})
    void maintenanceAtEl0NeedsPermission(String instruction) {
        Guest guest = el0(Guest.executing(instruction)).x(2, Guest.DATA);
        assertEquals(LOWER_SYNC, guest.vector());
        assertEquals(ExceptionClass.SYSTEM_REGISTER.code(), new Syndrome(guest.read(ESR_EL1)).classCode());
    }

    /** What HCR_EL2 and its siblings trap. */
    @ParameterizedTest
    @CsvSource({
        "SCTLR_EL1, false, HCR_EL2, 4000000",
        "TTBR0_EL1, false, HCR_EL2, 4000000",
        "ESR_EL1, true, HCR_EL2, 40000000",
        "ID_AA64PFR0_EL1, true, HCR_EL2, 40000",
        "CTR_EL0, true, HCR_EL2, 20000",
        "CLIDR_EL1, true, HCR_EL2, 20000",
        "CSSELR_EL1, false, HCR_EL2, 20000",
        "REVIDR_EL1, true, HCR_EL2, 10000",
        "ACTLR_EL1, false, HCR_EL2, 200000",
        "CPACR_EL1, true, CPTR_EL2, 80000000",
        "MDSCR_EL1, true, MDCR_EL2, 200",
        "OSLAR_EL1, false, MDCR_EL2, 400",
        "OSLSR_EL1, true, MDCR_EL2, 400",
    })
    void softwareAtEl2Traps(SystemRegister register, boolean read, SystemRegister control, String bit) {
        Guest guest = Guest.executing(read ? mrs(register) : msr(register));
        set(guest, control, Long.parseLong(bit, 16));
        Guest.Trap trap = guest.run();
        assertEquals("sys", trap.kind());
        assertEquals(ExceptionClass.SYSTEM_REGISTER.code(), trap.esr().classCode());
        assertEquals(iss(register, 1, read), trap.esr().iss());
        assertEquals(Guest.CODE, trap.elr());
    }

    @ParameterizedTest
    @CsvSource({"CNTPCT_EL0, 2", "CNTP_CTL_EL0, 1"})
    void thePhysicalTimerIsTrappedUnlessAllowed(SystemRegister register, long allowed) {
        Guest guest = Guest.executing(mrs(register)).write(CNTHCTL_EL2, allowed);
        assertEquals("sys", guest.run().kind());
        guest.write(CNTHCTL_EL2, 3);
        assertEquals("hvc", guest.run().kind());
    }

    @ParameterizedTest
    @CsvSource({
        "'tlbi vmalle1', 2000000",
        "'dc cvac, x2', 800000",
        "'dc ivac, x2', 800000",
        "'dc cvau, x2', 1000000",
        "'ic ivau, x2', 1000000",
        "'ic iallu', 1000000",
        "'dc isw, x2', 400000",
        "'dc zva, x2', 10000000",
    })
    void maintenanceIsTrapped(String instruction, String bit) {
        Guest guest = Guest.executing(instruction).x(2, Guest.DATA);
        set(guest, HCR_EL2, Long.parseLong(bit, 16));
        assertEquals("sys", guest.run().kind());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dc cvac, x2",
                "dc cvau, x2",
                "dc civac, x2",
                "dc ivac, x2",
                "dc isw, x2",
                "dc csw, x2",
                "dc cisw, x2",
                "ic ivau, x2",
                "ic iallu",
                "ic ialluis",
                "tlbi vmalle1",
                "tlbi vae1is, x2",
                "nop",
                "yield",
                "isb",
                "dsb sy",
                "dmb ish",
                "clrex"
            })
    void maintenanceAndBarriersComplete(String instruction) {
        Guest.executing(instruction).x(2, Guest.DATA).finish();
    }

    @Test
    void addressTranslationOfAFlatSpaceIsTheAddressWithDeviceAttributes() {
        for (String instruction : new String[] {"at s1e1r, x2", "at s1e1w, x2", "at s1e0r, x2"}) {
            Guest guest = Guest.executing(instruction).x(2, 0x1234_5678_9ABCL).finish();
            assertEquals(0x1234_5678_9000L | 1 << 11 | 1 << 9 | 0b10 << 7, guest.read(PAR_EL1));
        }
    }

    @Test
    void addressTranslationReportsAFault() {
        Guest guest = Guest.executing("at s1e1r, x2").x(2, 1L << 60).finish();
        assertEquals(1 | 1 << 11, guest.read(PAR_EL1), "address size fault, level 0");
    }

    @Test
    void theIdentityOfAGuestIsWhatEl2Says() {
        Guest guest = Guest.executing(mrs(MIDR_EL1)).write(VPIDR_EL2, 0x410F_D034L);
        assertEquals(0x410F_D034L, guest.finish().x(1));
        assertEquals(0xF_0000L, guest.read(MIDR_EL1));
        Guest affinity = Guest.executing(mrs(MPIDR_EL1)).write(VMPIDR_EL2, 0x8000_0005L);
        assertEquals(0x8000_0005L, affinity.finish().x(1));
    }

    @Test
    void zeroingMayBeProhibited() {
        Guest el0 = el0(Guest.executing(mrs(DCZID_EL0)));
        el0.pe().step();
        assertEquals(0x14, el0.x(1));
        Guest allowed = set(Guest.executing(mrs(DCZID_EL0)), SCTLR_EL1, 1L << 14);
        el0(allowed).pe().step();
        assertEquals(4, allowed.x(1));
        assertEquals(
                0x14,
                set(Guest.executing(mrs(DCZID_EL0)), HCR_EL2, 1L << 28).finish().x(1));
    }

    @Test
    void theOsLockIsOpenedAndClosed() {
        Guest guest = Guest.executing(msr(OSLAR_EL1)).x(1, 0).finish();
        assertEquals(8, guest.read(OSLSR_EL1));
        guest.write(OSLAR_EL1, 1);
        assertEquals(0xA, guest.read(OSLSR_EL1));
    }

    @Test
    void theInterruptStatusShowsWhatIsPending() {
        Guest guest = Guest.executing(mrs(ISR_EL1));
        guest.write(ICC_PMR_EL1, 0xF0).write(ICC_IGRPEN1_EL1, 1).write(ICC_IGRPEN0_EL1, 1);
        guest.hardware.gic().distributorFrame().write(0, io.faultline.api.arm64.AccessWidth.WORD, 3);
        guest.hardware
                .gic()
                .redistributorFrame(0)
                .write(0x10080, io.faultline.api.arm64.AccessWidth.WORD, 0xFFFF_FFFFL);
        guest.hardware.gic().redistributorFrame(0).write(0x10100, io.faultline.api.arm64.AccessWidth.WORD, 1L << 23);
        guest.hardware.gic().redistributor(0).setLevel(23, true);
        assertEquals(0x80, guest.finish().x(1));
        guest.hardware.gic().redistributorFrame(0).write(0x10080, io.faultline.api.arm64.AccessWidth.WORD, 0);
        assertEquals(0x40, guest.read(ISR_EL1));
    }

    @Test
    void aDebuggerReadsWithoutEffects() {
        Guest guest = Guest.running("nops");
        assertEquals(1023, guest.read(ICC_IAR1_EL1));
        assertEquals(1023, guest.read(ICC_IAR0_EL1));
        assertEquals(0, guest.read(SystemRegister.FPCR));
        assertEquals(Guest.STACK, guest.read(SystemRegister.SP_EL1));
        assertEquals(0, guest.read(SystemRegister.SP_EL2));
        assertEquals(0, guest.read(CoreRegister.SP_EL2));
        assertEquals(1, guest.read(SPSEL));
        assertEquals(Guest.CODE, guest.read(CoreRegister.PC));
        assertEquals(0x3C5, guest.read(CoreRegister.PSTATE));
    }

    @Test
    void aDebuggerWritesEveryCoreRegister() {
        Guest guest = Guest.running("nops");
        for (CoreRegister register : CoreRegister.values()) {
            long value = register == CoreRegister.PSTATE ? 0b0101 | ProcessorState.N : register.ordinal() + 1;
            guest.write(register, value);
            assertEquals(value, guest.read(register), register.name());
        }
        for (SystemRegister register : new SystemRegister[] {SP_EL0, SP_EL1, SP_EL2, CNTVOFF_EL2}) {
            guest.write(register, 99);
            assertEquals(99, guest.read(register), register.name());
        }
        guest.write(SPSEL, 0);
        assertEquals(new ProcessorState(0b0100 | ProcessorState.N), guest.pe().pstate());
    }

    @Test
    void whatCannotBeWrittenIsRefused() {
        Guest guest = Guest.running("nops");
        assertThrows(IllegalArgumentException.class, () -> guest.write(MIDR_EL1, 0));
        assertThrows(IllegalArgumentException.class, () -> guest.write(ID_AA64PFR0_EL1, 0));
        assertThrows(IllegalArgumentException.class, () -> guest.write(SystemRegister.FPCR, 0));
        assertThrows(IllegalArgumentException.class, () -> guest.write(CNTVCT_EL0, 0));
        assertThrows(IllegalArgumentException.class, () -> guest.x(31));
        assertThrows(IllegalArgumentException.class, () -> guest.x(-1, 0));
        assertThrows(IllegalArgumentException.class, () -> guest.pe().pstate(new ProcessorState(0b1001)));
        assertThrows(IllegalArgumentException.class, () -> guest.pe().pstate(new ProcessorState(0x10)));
    }

    @Test
    void everyRegisterCanBeReadByADebugger() {
        Guest guest = Guest.running("nops");
        for (SystemRegister register : SystemRegister.values()) {
            guest.read(register);
        }
    }

    @Test
    void theMonitorOfTheOsDoubleLockIsPlainStorage() {
        Guest guest = Guest.running("nops");
        guest.write(OSDLR_EL1, 3);
        assertEquals(1, guest.read(OSDLR_EL1));
        assertTrue(guest.pe().toString().startsWith("PE 0 at 0x40000000, EL1h"));
        assertFalse(guest.pe().isEventSet());
    }
}
