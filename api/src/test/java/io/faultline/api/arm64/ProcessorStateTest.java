/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.arm64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ProcessorStateTest {
    @Test
    void levelAndStackPointerHaveTheLayoutOfSpsr() {
        assertEquals(0b0000, ProcessorState.at(ExceptionLevel.EL0, false).spsr());
        assertEquals(0b0100, ProcessorState.at(ExceptionLevel.EL1, false).spsr());
        assertEquals(0b0101, ProcessorState.at(ExceptionLevel.EL1, true).spsr());
        assertEquals(0b1001, ProcessorState.at(ExceptionLevel.EL2, true).spsr());
        assertEquals(0b1101, ProcessorState.at(ExceptionLevel.EL3, true).spsr());
    }

    @Test
    void el0HasNoStackPointerOfItsOwn() {
        assertThrows(IllegalArgumentException.class, () -> ProcessorState.at(ExceptionLevel.EL0, true));
    }

    @Test
    void exceptionEntryToEl1MasksEverything() {
        assertEquals(0x3C5, ProcessorState.EL1H_MASKED.spsr());
        assertEquals(ExceptionLevel.EL1, ProcessorState.EL1H_MASKED.level());
        assertTrue(ProcessorState.EL1H_MASKED.has(ProcessorState.DAIF));
    }

    @Test
    void bitsAreSetAndCleared() {
        ProcessorState state = ProcessorState.EL0T.with(ProcessorState.Z | ProcessorState.I);

        assertTrue(state.has(ProcessorState.Z));
        assertFalse(state.has(ProcessorState.Z | ProcessorState.N), "has() wants every bit of its mask");
        assertEquals(ProcessorState.Z, state.without(ProcessorState.I).spsr());
    }

    @Test
    void aarch32IsRecognised() {
        assertTrue(ProcessorState.EL0T.isAArch64());
        assertFalse(new ProcessorState(ProcessorState.NRW).isAArch64());
    }

    @Test
    void isReadableForPeople() {
        assertEquals("EL1h nzcv DAIF", ProcessorState.EL1H_MASKED.toString());
        assertEquals(
                "EL0t NzCv daif",
                ProcessorState.EL0T.with(ProcessorState.N | ProcessorState.C).toString());
        long all = ProcessorState.NRW
                | ProcessorState.IL
                | ProcessorState.SS
                | ProcessorState.PAN
                | ProcessorState.UAO
                | ProcessorState.DIT
                | ProcessorState.TCO
                | ProcessorState.SSBS
                | ProcessorState.Z
                | ProcessorState.V;
        assertEquals("EL0t nZcV daif AArch32 IL SS PAN UAO DIT TCO SSBS", new ProcessorState(all).toString());
    }

    @Test
    void levelsAreNumbered() {
        for (int number = 0; number < 4; number++) {
            assertEquals(number, ExceptionLevel.of(number).number());
        }
        assertThrows(IllegalArgumentException.class, () -> ExceptionLevel.of(4));
        assertThrows(IllegalArgumentException.class, () -> ExceptionLevel.of(-1));
    }
}
