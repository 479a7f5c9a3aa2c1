/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.arm64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class SyndromeTest {
    @Test
    void aDataAbortCarriesItsAccess() {
        long iss = Syndrome.accessDetails(AccessWidth.HALFWORD, true, 7, true, false)
                | Syndrome.abort(FaultStatus.TRANSLATION + 3, false, true);

        Syndrome syndrome = Syndrome.of(ExceptionClass.DATA_ABORT_LOWER, iss);

        assertEquals(0x9367_8087L, syndrome.esr());
        assertEquals(Optional.of(ExceptionClass.DATA_ABORT_LOWER), syndrome.exceptionClass());
        assertTrue(syndrome.hasAccessDetails());
        assertEquals(AccessWidth.HALFWORD, syndrome.accessWidth());
        assertTrue(syndrome.isSignExtended());
        assertEquals(7, syndrome.transferRegister());
        assertTrue(syndrome.isSixtyFourBit());
        assertTrue(syndrome.isStage1Walk());
        assertFalse(syndrome.isWrite());
        assertFalse(syndrome.isCacheMaintenance());
        assertEquals(7, syndrome.faultStatus());
        assertTrue(FaultStatus.isTranslation(syndrome.faultStatus()));
        assertFalse(FaultStatus.isPermission(syndrome.faultStatus()));
    }

    @Test
    void aWriteIsTold() {
        Syndrome syndrome = Syndrome.of(
                ExceptionClass.DATA_ABORT_SAME,
                Syndrome.accessDetails(AccessWidth.DOUBLEWORD, false, 31, false, true)
                        | Syndrome.abort(FaultStatus.PERMISSION + 2, true, false));

        assertTrue(syndrome.isWrite());
        assertFalse(syndrome.isSignExtended());
        assertFalse(syndrome.isSixtyFourBit());
        assertFalse(syndrome.isStage1Walk());
        assertEquals(31, syndrome.transferRegister());
        assertTrue(FaultStatus.isPermission(syndrome.faultStatus()));
        assertTrue((syndrome.iss() & 1 << 14) != 0, "AR");
    }

    @Test
    void aCallCarriesItsImmediate() {
        Syndrome syndrome = Syndrome.of(ExceptionClass.HVC64, 0xEA1);

        assertEquals(0x16, syndrome.classCode());
        assertEquals(0xEA1, syndrome.immediate());
        assertEquals("HVC64 iss=0x0000ea1", syndrome.toString());
    }

    @Test
    void anUnknownClassIsShownByNumber() {
        Syndrome syndrome = new Syndrome(0x3FL << 26);

        assertEquals(Optional.empty(), syndrome.exceptionClass());
        assertEquals("EC 0x3f iss=0x0000000", syndrome.toString());
    }

    @Test
    void anIssThatDoesNotFitIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Syndrome.of(ExceptionClass.SVC64, 1L << 25));
    }

    @Test
    void everyClassIsFoundByItsCode() {
        for (ExceptionClass exceptionClass : ExceptionClass.values()) {
            assertEquals(Optional.of(exceptionClass), ExceptionClass.of(exceptionClass.code()));
        }
    }
}
