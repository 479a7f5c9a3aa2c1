/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionClass;
import io.faultline.api.arm64.FaultStatus;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Syndrome;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.trace.TraceEvent;
import io.faultline.hwmodel.Guest;
import io.faultline.hwmodel.Programs;
import io.faultline.hwmodel.mmu.Stage2;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults of memory accesses: who is told, and what the syndrome says. */
class FaultTest {
    private static final long ABSENT = Guest.DATA + 0x1000;
    private static final int TRANSLATION_3 = FaultStatus.TRANSLATION + 3;
    private static final int SPX_SYNC = 4;

    private static Guest absent(String instruction) {
        Guest guest = Guest.executing(instruction).x(2, ABSENT + 0x10);
        guest.hardware.ram().makeAbsent(ABSENT);
        return guest;
    }

    @Test
    void aLoadFromAnAbsentPageTrapsWithItsDetails() {
        Guest guest = absent("ldr x1, [x2]").x(1, 77);
        Guest.Trap trap = guest.run();

        assertEquals("stage2", trap.kind());
        assertEquals(AccessKind.READ, trap.access());
        assertEquals(ABSENT + 0x10, trap.ipa());
        assertEquals(ABSENT + 0x10, trap.far());
        assertEquals(ABSENT >>> 8, trap.hpfar());
        assertEquals(Guest.CODE, trap.elr());
        assertEquals(0b0101 | ProcessorState.DAIF, trap.spsr());
        assertEquals(ExceptionClass.DATA_ABORT_LOWER.code(), trap.esr().classCode());
        assertEquals(TRANSLATION_3, trap.esr().faultStatus());
        assertEquals(77, guest.x(1));
        assertEquals(new TraceEvent.Stage2Abort(0, ABSENT + 0x10, AccessKind.READ, false), guest.trace.get(0));
    }

    @Test
    void theInstructionIsRepeatedWhenThePageIsThere() {
        Guest guest = absent("ldr x1, [x2], #8");
        guest.action = (pe, trap) -> {
            byte[] page = new byte[4096];
            page[0x10] = 42;
            guest.hardware.ram().makeResident(ABSENT, page);
            guest.action = (p, t) -> p.requestStop();
        };
        assertEquals("hvc", guest.run().kind());
        assertEquals(42, guest.x(1));
        assertEquals(ABSENT + 0x18, guest.x(2));
    }

    /** ISV, SAS, SSE, SRT, SF, AR and WnR in bits 24, 23:22, 21, 20:16, 15, 14 and 6. */
    @ParameterizedTest
    @CsvSource({
        "'ldr x1, [x2]', 3, false, true, false, false",
        "'ldr w1, [x2]', 2, false, false, false, false",
        "'ldrh w1, [x2]', 1, false, false, false, false",
        "'ldrb w1, [x2]', 0, false, false, false, false",
        "'ldrsw x1, [x2]', 2, true, true, false, false",
        "'ldrsh x1, [x2]', 1, true, true, false, false",
        "'ldrsh w1, [x2]', 1, true, false, false, false",
        "'ldrsb x1, [x2]', 0, true, true, false, false",
        "'ldrsb w1, [x2]', 0, true, false, false, false",
        "'ldur x1, [x2, #-8]', 3, false, true, false, false",
        "'ldtr x1, [x2, #8]', 3, false, true, false, false",
        "'ldr x1, [x2, x3]', 3, false, true, false, false",
        "'ldrsb x1, [x2, x3]', 0, true, true, false, false",
        "'str x1, [x2]', 3, false, true, false, true",
        "'str w1, [x2]', 2, false, false, false, true",
        "'strh w1, [x2, x3]', 1, false, false, false, true",
        "'sttrb w1, [x2, #1]', 0, false, false, false, true",
        "'ldar x1, [x2]', 3, false, true, true, false",
        "'ldarb w1, [x2]', 0, false, false, true, false",
        "'stlrh w1, [x2]', 1, false, false, true, true",
    })
    void oneRegisterWithoutWritebackHasDetails(
            String instruction, int size, boolean signed, boolean wide, boolean ordered, boolean write) {
        Syndrome esr = absent(instruction).run().esr();
        long expected = 1L << 24
                | (long) size << 22
                | (signed ? 1L << 21 : 0)
                | 1L << 16
                | (wide ? 1L << 15 : 0)
                | (ordered ? 1L << 14 : 0)
                | (write ? 1L << 6 : 0)
                | TRANSLATION_3;
        assertEquals(Long.toHexString(expected), Long.toHexString(esr.iss()));
    }

    @ParameterizedTest
    @CsvSource({
        "'ldr x1, [x2], #8', false",
        "'str x1, [x2], #8', true",
        "'ldp x1, x3, [x2]', false",
        "'stp x1, x3, [x2]', true",
        "'ldxr x1, [x2]', false",
        "'ldxp x1, x3, [x2]', false",
    })
    void otherAccessesHaveNoDetails(String instruction, boolean write) {
        Syndrome esr = absent(instruction).run().esr();
        assertEquals(TRANSLATION_3 | (write ? 1 << 6 : 0), esr.iss());
    }

    @ParameterizedTest
    @CsvSource({"'ldr x1, .+8', 3, false, true", "'ldr w1, .+8', 2, false, false", "'ldrsw x1, .+8', 2, true, true"})
    void aLiteralHasDetails(String instruction, int size, boolean signed, boolean wide) {
        Guest guest = Guest.running("stop");
        long last = Guest.DATA + 0xFF8;
        guest.load(last, Programs.word(instruction));
        guest.write(CoreRegister.PC, last);
        guest.hardware.ram().makeAbsent(ABSENT);
        Syndrome esr = guest.run().esr();

        assertTrue(esr.hasAccessDetails());
        assertEquals(size, esr.accessWidth().log2());
        assertEquals(signed, esr.isSignExtended());
        assertEquals(wide, esr.isSixtyFourBit());
        assertEquals(1, esr.transferRegister());
    }

    @Test
    void aFetchFromAnAbsentPageIsAnInstructionAbort() {
        Guest guest = absent("br x2");
        Guest.Trap trap = guest.run();
        assertEquals(AccessKind.EXECUTE, trap.access());
        assertEquals(Syndrome.of(ExceptionClass.INSTRUCTION_ABORT_LOWER, TRANSLATION_3), trap.esr());
        assertEquals(ABSENT + 0x10, trap.far());
        assertEquals(ABSENT >>> 8, trap.hpfar());
        assertEquals(ABSENT + 0x10, trap.elr());
    }

    @Test
    void aFetchThatRunsIntoAnAbsentPageReturnsThere() {
        Guest guest = absent("nop");
        guest.load(ABSENT - 4, Programs.word("nop"));
        guest.write(CoreRegister.PC, ABSENT - 4);
        assertEquals(ABSENT, guest.run().elr());
    }

    @Test
    void anAddressWithoutMemoryIsATranslationFaultToo() {
        Guest.Trap trap = Guest.executing("str w1, [x2]").x(2, Guest.NOWHERE).run();
        assertEquals(FaultStatus.TRANSLATION + 1, trap.esr().faultStatus());
        assertEquals(Guest.NOWHERE, trap.ipa());
        assertTrue(trap.esr().isWrite());
    }

    @ParameterizedTest
    @CsvSource({"6, 'ldr x1, [x2]', READ", "5, 'str x1, [x2]', WRITE", "3, 'br x2', EXECUTE"})
    void permissionsAreObeyed(int permissions, String instruction, AccessKind access) {
        Guest guest = Guest.executing(instruction).x(2, Guest.DATA);
        guest.load(Guest.DATA, Programs.word("hvc #0"));
        guest.hardware.stage2().permit(Guest.DATA, permissions);
        Guest.Trap trap = guest.run();
        assertEquals("stage2", trap.kind());
        assertEquals(access, trap.access());
        assertEquals(FaultStatus.PERMISSION + 3, trap.esr().faultStatus());

        guest.hardware.stage2().permit(Guest.DATA, Stage2.ALL);
        assertEquals("hvc", guest.run().kind());
    }

    @Test
    void permissionsThatAreTakenAwayLaterAreObeyed() {
        Guest guest = Guest.running("data_in_code").x(0, 1000);
        guest.pe().run(100);
        guest.hardware.stage2().permit(Guest.CODE, Stage2.READ | Stage2.EXECUTE);
        Guest.Trap trap = guest.run();
        assertEquals(AccessKind.WRITE, trap.access());
    }

    @ParameterizedTest
    @CsvSource({
        "'stp x1, x3, [x2]', -8, 0",
        "'stp x1, x3, [x2], #16', -8, 0",
        "'ldp x1, x3, [x2]', -8, 0",
        "'stp w1, w3, [x2]', -4, 0",
    })
    void aPairThatFaultsInItsSecondHalfHasNoEffect(String instruction, int offset, int expected) {
        Guest guest = absent(instruction).x(1, 1).x(3, 3).x(2, ABSENT + offset);
        Guest.Trap trap = guest.run();
        assertEquals(ABSENT, trap.far());
        assertEquals(ABSENT + offset, guest.x(2));
        assertEquals(1, guest.x(1));
        assertEquals(3, guest.x(3));
        assertEquals(expected, guest.load64(ABSENT - 8));
    }

    @ParameterizedTest
    @CsvSource({
        "'ldr x1, [x2]', 4, false",
        "'str x1, [x2]', 1, true",
        "'ldrh w1, [x2]', 1, false",
        "'str w1, [x2]', 2, true",
        "'ldp x1, x3, [x2]', 4, false",
        "'stp x1, x3, [x2]', 4, true",
        "'stp w1, w3, [x2]', 2, true",
        "'ldxr x1, [x2]', 4, false",
        "'ldxp x1, x3, [x2]', 8, false",
        "'stxr w4, x1, [x2]', 4, true",
        "'stxp w4, x1, x3, [x2]', 8, true",
        "'ldar x1, [x2]', 4, false",
        "'stlr x1, [x2]', 4, true",
    })
    void withoutStage1UnalignedAccessesFault(String instruction, int offset, boolean write) {
        Guest guest = Guest.executing(instruction).x(2, Guest.DATA + offset).x(1, 1);
        assertEquals(SPX_SYNC, guest.vector());
        assertEquals(
                Syndrome.of(ExceptionClass.DATA_ABORT_SAME, FaultStatus.ALIGNMENT | (write ? 1 << 6 : 0)),
                new Syndrome(guest.read(SystemRegister.ESR_EL1)));
        assertEquals(Guest.DATA + offset, guest.read(SystemRegister.FAR_EL1));
        assertEquals(Guest.CODE, guest.read(SystemRegister.ELR_EL1));
        assertEquals(0, guest.load64(Guest.DATA));
    }

    /** Maps RAM to itself as Normal memory at EL1: one block of 1 GiB, 39-bit addresses. */
    private static Guest mapped(String instruction) {
        long table = Guest.RAM + 0x1_0000;
        return Guest.executing(instruction)
                .store64(table + 8, Guest.RAM | 1 << 10 | 3 << 8 | 1)
                .write(SystemRegister.MAIR_EL1, 0xFF)
                .write(SystemRegister.TCR_EL1, 25 | 3L << 12 | 1L << 23 | 2L << 32)
                .write(SystemRegister.TTBR0_EL1, table)
                .write(SystemRegister.SCTLR_EL1, 1);
    }

    @ParameterizedTest
    @CsvSource({
        "'ldxr x1, [x2]', 4, false",
        "'stxr w4, x1, [x2]', 4, true",
        "'ldar x1, [x2]', 4, false",
        "'ldarh w1, [x2]', 1, false",
        "'stlr x1, [x2]', 1, true",
        "'stlrh w1, [x2]', 1, true",
    })
    void exclusiveAndOrderedAccessesAreAlignedInNormalMemoryToo(String instruction, int offset, boolean write) {
        Guest guest = mapped(instruction).x(2, Guest.DATA + offset).x(1, 1);
        assertEquals(SPX_SYNC, guest.vector());
        assertEquals(
                Syndrome.of(ExceptionClass.DATA_ABORT_SAME, FaultStatus.ALIGNMENT | (write ? 1 << 6 : 0)),
                new Syndrome(guest.read(SystemRegister.ESR_EL1)));
        assertEquals(Guest.DATA + offset, guest.read(SystemRegister.FAR_EL1));
        assertEquals(0, guest.load64(Guest.DATA));
        mapped("ldr x1, [x2]").x(2, Guest.DATA + offset).finish();
    }

    @Test
    void alignmentIsCheckedBeforeStage2() {
        Guest guest = absent("ldr x1, [x2]").x(2, ABSENT + 1);
        assertEquals(SPX_SYNC, guest.vector());
    }

    @Test
    void aFaultOfEl0IsOneOfALowerLevel() {
        Guest guest = Guest.executing("ldr x1, [x2]").x(2, Guest.DATA + 1);
        guest.pe().pstate(ProcessorState.EL0T);
        assertEquals(8, guest.vector());
        assertEquals(
                Syndrome.of(ExceptionClass.DATA_ABORT_LOWER, FaultStatus.ALIGNMENT),
                new Syndrome(guest.read(SystemRegister.ESR_EL1)));
    }

    @Test
    void anAddressAbove48BitsIsAnAddressSizeFault() {
        Guest data = Guest.executing("ldr x1, [x2]").x(2, 1L << 48);
        assertEquals(SPX_SYNC, data.vector());
        assertEquals(
                Syndrome.of(ExceptionClass.DATA_ABORT_SAME, FaultStatus.ADDRESS_SIZE),
                new Syndrome(data.read(SystemRegister.ESR_EL1)));

        Guest code = Guest.executing("br x2").x(2, -4);
        assertEquals(SPX_SYNC, code.vector());
        assertEquals(
                Syndrome.of(ExceptionClass.INSTRUCTION_ABORT_SAME, FaultStatus.ADDRESS_SIZE),
                new Syndrome(code.read(SystemRegister.ESR_EL1)));
        assertEquals(-4, code.read(SystemRegister.FAR_EL1));
    }

    @ParameterizedTest
    @ValueSource(longs = {1L << 37, 1L << 38})
    void theTopByteIsIgnoredWhereTcrSaysSo(long tbi) {
        Guest guest = Guest.executing("ldr x1, [x2]").x(2, 0xA500_0000_0000_0000L | Guest.DATA);
        guest.write(SystemRegister.TCR_EL1, tbi);
        guest.store64(Guest.DATA, 5);
        if (tbi == 1L << 37) {
            assertEquals(5, guest.finish().x(1));
        } else {
            assertEquals(SPX_SYNC, guest.vector());
        }
    }

    @Test
    void bit55ChoosesTheTopByteRule() {
        Guest guest = Guest.executing("ldr x1, [x2]").x(2, 0x0080_0000_0000_0000L);
        guest.write(SystemRegister.TCR_EL1, 1L << 38);
        assertEquals(SPX_SYNC, guest.vector());
    }

    @Test
    void withoutStage2AnAddressWithoutMemoryIsAnExternalAbort() {
        Guest guest = Guest.executing("ldr x1, [x2]").x(2, Guest.NOWHERE);
        guest.write(SystemRegister.HCR_EL2, 1L << 31);
        assertEquals(SPX_SYNC, guest.vector());
        assertEquals(
                Syndrome.of(ExceptionClass.DATA_ABORT_SAME, FaultStatus.EXTERNAL),
                new Syndrome(guest.read(SystemRegister.ESR_EL1)));
        assertEquals(Guest.NOWHERE, guest.read(SystemRegister.FAR_EL1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dc cvac, x2", "dc cvau, x2", "dc civac, x2", "dc ivac, x2", "ic ivau, x2"})
    void maintenanceByAddressFaultsAsMaintenance(String instruction) {
        Guest guest = absent(instruction);
        Guest.Trap trap = guest.run();
        assertEquals("stage2", trap.kind());
        assertEquals(TRANSLATION_3 | 1 << 6 | 1 << 8, trap.esr().iss(), "CM and WnR");
        assertEquals(ABSENT + 0x10, trap.far());
        assertEquals(Guest.CODE, trap.elr());
    }

    @Test
    void maintenanceOfAStage1FaultGoesToEl1() {
        Guest guest = Guest.executing("dc cvac, x2").x(2, 1L << 50);
        assertEquals(SPX_SYNC, guest.vector());
        assertEquals(
                FaultStatus.ADDRESS_SIZE | 1 << 6 | 1 << 8, new Syndrome(guest.read(SystemRegister.ESR_EL1)).iss());
    }

    @Test
    void zeroingDeviceMemoryIsAnAlignmentFault() {
        Guest guest = Guest.executing("dc zva, x2").x(2, Guest.DATA);
        assertEquals(SPX_SYNC, guest.vector());
        assertEquals(
                Syndrome.of(ExceptionClass.DATA_ABORT_SAME, FaultStatus.ALIGNMENT | 1 << 6),
                new Syndrome(guest.read(SystemRegister.ESR_EL1)));
    }

    @Test
    void faultsAreTracedOnlyAtTheirLevel() {
        Guest guest = absent("ldr x1, [x2]");
        guest.run();
        assertEquals(List.of(new TraceEvent.Stage2Abort(0, ABSENT + 0x10, AccessKind.READ, false)), guest.trace);
    }
}
