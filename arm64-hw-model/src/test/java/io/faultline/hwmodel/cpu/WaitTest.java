/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.ExceptionClass;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Syndrome;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.hwmodel.Guest;
import io.faultline.hwmodel.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WaitTest {
    private static final long TWI = 1L << 13;
    private static final long TWE = 1L << 14;
    private static final long WFI_ISS = 0x1E0_0000L;

    private static Guest trapping(String instruction, long bit) {
        Guest guest = Guest.executing(instruction);
        return guest.write(SystemRegister.HCR_EL2, guest.read(SystemRegister.HCR_EL2) | bit);
    }

    private static void raise(Guest guest, int ppi) {
        guest.write(SystemRegister.ICC_PMR_EL1, 0xF0).write(SystemRegister.ICC_IGRPEN1_EL1, 1);
        guest.hardware.gic().distributorFrame().write(0, AccessWidth.WORD, 2);
        guest.hardware.gic().redistributorFrame(0).write(0x10080, AccessWidth.WORD, 0xFFFF_FFFFL);
        guest.hardware.gic().redistributorFrame(0).write(0x10100, AccessWidth.WORD, 1L << ppi);
        guest.hardware.gic().redistributor(0).setLevel(ppi, true);
    }

    @ParameterizedTest
    @CsvSource({"wfi, 13, 0", "wfe, 14, 1"})
    void waitingTraps(String instruction, int bit, int which) {
        Guest.Trap trap = trapping(instruction, 1L << bit).run();
        assertEquals("wfx", trap.kind());
        assertEquals(Syndrome.of(ExceptionClass.WFX, WFI_ISS | which), trap.esr());
        assertEquals(Guest.CODE, trap.elr());
    }

    @ParameterizedTest
    @CsvSource({"wfi", "wfe"})
    void withoutATrapWaitingCompletes(String instruction) {
        Guest.executing(instruction).finish();
    }

    @Test
    void aPendingInterruptEndsWfiEvenIfMasked() {
        Guest guest = trapping("wfi", TWI);
        raise(guest, 23);
        assertTrue(guest.pe().isInterruptPending());
        guest.finish();
    }

    @Test
    void aDueTimerEndsWfi() {
        Guest guest = trapping("wfi", TWI);
        raise(guest, 23);
        guest.hardware.gic().redistributor(0).setLevel(23, false);
        guest.hardware.gic().redistributorFrame(0).write(0x10080, AccessWidth.WORD, 0xFFFF_FFFFL);
        guest.hardware.gic().redistributorFrame(0).write(0x10100, AccessWidth.WORD, 1L << 27);
        guest.write(SystemRegister.CNTV_CVAL_EL0, 1000).write(SystemRegister.CNTV_CTL_EL0, 1);
        assertEquals("wfx", guest.run().kind());
        assertFalse(guest.pe().isInterruptPending());
        guest.hardware.clock().advance(16_000);
        assertTrue(guest.pe().isInterruptPending());
        guest.finish();
    }

    @Test
    void anEventEndsOneWfe() {
        Guest guest = trapping("sevl", TWE);
        guest.load(Guest.CODE + 4, Programs.word("wfe"), Programs.word("wfe"));
        Guest.Trap trap = guest.run();
        assertEquals(Guest.CODE + 8, trap.elr());
    }

    @Test
    void sevReachesEveryPe() {
        Guest guest = new Guest(2, false);
        guest.load(Guest.CODE, Programs.word("sev"));
        assertFalse(guest.hardware.processor(1).isEventSet());
        guest.pe().step();
        assertTrue(guest.hardware.processor(0).isEventSet());
        assertTrue(guest.hardware.processor(1).isEventSet());
    }

    @ParameterizedTest
    @CsvSource({"wfi, 16, 0", "wfe, 18, 1"})
    void waitingAtEl0MayBeRefused(String instruction, int bit, int which) {
        Guest guest = Guest.executing(instruction);
        guest.write(SystemRegister.SCTLR_EL1, guest.read(SystemRegister.SCTLR_EL1) & ~(1L << bit));
        guest.pe().pstate(ProcessorState.EL0T);
        assertEquals(8, guest.vector());
        assertEquals(
                Syndrome.of(ExceptionClass.WFX, WFI_ISS | which), new Syndrome(guest.read(SystemRegister.ESR_EL1)));
    }
}
