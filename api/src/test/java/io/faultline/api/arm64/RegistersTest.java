/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.arm64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RegistersTest {
    @Test
    void generalPurposeRegistersAreNumbered() {
        assertEquals(CoreRegister.X0, CoreRegister.x(0));
        assertEquals(CoreRegister.X30, CoreRegister.x(30));
        assertThrows(IllegalArgumentException.class, () -> CoreRegister.x(31));
        assertThrows(IllegalArgumentException.class, () -> CoreRegister.x(-1));
    }

    @Test
    void everySystemRegisterHasAnEncodingOfItsOwn() {
        Set<Integer> encodings = new TreeSet<>();
        for (SystemRegister register : SystemRegister.values()) {
            assertTrue(encodings.add(register.encoding()), register + " shares its encoding");
            assertEquals(Optional.of(register), SystemRegister.of(register.encoding()));
        }
        assertEquals(Optional.empty(), SystemRegister.of(0xFFFF));
    }

    @Test
    void encodingsArePackedAsInTheInstruction() {
        // mrs x0, vbar_el1 is 0xd538c000: bits 20:5 hold 11 000 1100 0000 000
        assertEquals(0xd538c000 >>> 5 & 0xFFFF, SystemRegister.VBAR_EL1.encoding());
        // mrs x0, icc_iar1_el1 is 0xd538cc00
        assertEquals(0xd538cc00 >>> 5 & 0xFFFF, SystemRegister.ICC_IAR1_EL1.encoding());
        // mrs x0, cntvct_el0 is 0xd53be040
        assertEquals(0xd53be040 >>> 5 & 0xFFFF, SystemRegister.CNTVCT_EL0.encoding());
    }
}
