/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.ProcessorState;
import org.junit.jupiter.api.Test;

class EntryStateTest {
    private static final long SPAN = 1L << 23;
    private static final long DSSBS = 1L << 44;

    private static ProcessorState entry(long interrupted, ExceptionLevel target, long sctlr) {
        return EntryState.of(new ProcessorState(interrupted), target, sctlr);
    }

    @Test
    void masksAreSetAndTheStackPointerOfTheTargetIsSelected() {
        assertEquals(new ProcessorState(0x3C5), entry(0, ExceptionLevel.EL1, SPAN));
        assertEquals(new ProcessorState(0x3C9), entry(0, ExceptionLevel.EL2, SPAN));
        assertEquals(new ProcessorState(0x3CD), entry(0b0101, ExceptionLevel.EL3, SPAN));
    }

    @Test
    void flagsPanAndDitAreTakenOver() {
        long copied = ProcessorState.N | ProcessorState.V | ProcessorState.PAN | ProcessorState.DIT;
        assertEquals(new ProcessorState(copied | 0x3C5), entry(copied, ExceptionLevel.EL1, SPAN));
    }

    @Test
    void illegalStateStepUaoAndBranchTypeAreCleared() {
        long cleared = ProcessorState.IL
                | ProcessorState.SS
                | ProcessorState.UAO
                | ProcessorState.BTYPE
                | ProcessorState.TCO
                | ProcessorState.NRW;
        assertEquals(new ProcessorState(0x3C5), entry(cleared, ExceptionLevel.EL1, SPAN));
    }

    @Test
    void panIsSetOnEntryToEl1AndEl2UnlessSpanSaysNo() {
        assertEquals(new ProcessorState(0x3C5 | ProcessorState.PAN), entry(0, ExceptionLevel.EL1, 0));
        assertEquals(new ProcessorState(0x3C9 | ProcessorState.PAN), entry(0, ExceptionLevel.EL2, 0));
        assertEquals(new ProcessorState(0x3CD), entry(0, ExceptionLevel.EL3, 0));
    }

    @Test
    void ssbsComesFromSctlr() {
        assertEquals(new ProcessorState(0x3C5 | ProcessorState.SSBS), entry(0, ExceptionLevel.EL1, SPAN | DSSBS));
        assertEquals(new ProcessorState(0x3C5), entry(ProcessorState.SSBS, ExceptionLevel.EL1, SPAN));
    }

    @Test
    void nothingIsTakenToEl0() {
        assertThrows(IllegalArgumentException.class, () -> entry(0, ExceptionLevel.EL0, 0));
    }
}
