/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.SystemRegister;
import org.junit.jupiter.api.Test;

/** Expected words are the output of GNU assembler for the text in the comment. */
class A64Test {
    @Test
    void encodesAsTheAssemblerDoes() {
        assertEquals(0xd503201f, A64.NOP);
        assertEquals(0xd503205f, A64.WFE);
        assertEquals(0xd503207f, A64.WFI);
        assertEquals(0xd5033fdf, A64.ISB);
        assertEquals(0xd5033f9f, A64.DSB);
        assertEquals(0xd69f03e0, A64.ERET);
        assertEquals(0x00000000, A64.UDF);
        assertEquals(0xd4000002, A64.hvc(0)); // hvc #0
        assertEquals(0xd41fffe2, A64.hvc(0xffff)); // hvc #0xffff
        assertEquals(0xd4000023, A64.smc(1)); // smc #1
        assertEquals(0xd4024681, A64.svc(0x1234)); // svc #0x1234
        assertEquals(0x14000002, A64.b(8)); // b .+8
        assertEquals(0x17ffc001, A64.b(-0xfffc)); // b .-0xfffc
        assertEquals(0xd61f0200, A64.br(16)); // br x16
        assertEquals(0xb4000083, A64.cbz(3, 16)); // cbz x3, .+16
        assertEquals(0xb5ffffe4, A64.cbnz(4, -4)); // cbnz x4, .-4
        assertEquals(0x39400041, A64.ldr(AccessWidth.BYTE, 1, 2, 0)); // ldrb w1, [x2]
        assertEquals(0x79400441, A64.ldr(AccessWidth.HALFWORD, 1, 2, 2)); // ldrh w1, [x2, #2]
        assertEquals(0xb9400441, A64.ldr(AccessWidth.WORD, 1, 2, 4)); // ldr w1, [x2, #4]
        assertEquals(0xf9400020, A64.ldr(AccessWidth.DOUBLEWORD, 0, 1, 0)); // ldr x0, [x1]
        assertEquals(0xf97fffbe, A64.ldr(AccessWidth.DOUBLEWORD, 30, 29, 32760)); // ldr x30, [x29, #32760]
        assertEquals(0x39000041, A64.str(AccessWidth.BYTE, 1, 2, 0)); // strb w1, [x2]
        assertEquals(0xf9000420, A64.str(AccessWidth.DOUBLEWORD, 0, 1, 8)); // str x0, [x1, #8]
        assertEquals(0xa97f0440, A64.ldp(0, 1, 2, -16)); // ldp x0, x1, [x2, #-16]
        assertEquals(0xa9017bfd, A64.stp(29, 30, 31, 16)); // stp x29, x30, [sp, #16]
        assertEquals(0xd5385205, A64.mrs(5, SystemRegister.ESR_EL1)); // mrs x5, esr_el1
        assertEquals(0xd518c010, A64.msr(SystemRegister.VBAR_EL1, 16)); // msr vbar_el1, x16
        assertEquals(0xd538cc01, A64.mrs(1, SystemRegister.ICC_IAR1_EL1)); // mrs x1, icc_iar1_el1
        assertEquals(0xd5034fdf, A64.daifSet(15)); // msr daifset, #15
        assertEquals(0xd50342ff, A64.daifClear(2)); // msr daifclr, #2
        assertEquals(0xd2a24681, A64.movz(1, 0x1234, 1)); // movz x1, #0x1234, lsl #16
        assertEquals(0xf2ffffe2, A64.movk(2, 0xffff, 3)); // movk x2, #0xffff, lsl #48
        assertEquals(0x913ffc20, A64.add(0, 1, 4095)); // add x0, x1, #4095
        assertEquals(0xd10043ff, A64.sub(31, 31, 16)); // sub sp, sp, #16
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThrows(IllegalArgumentException.class, () -> A64.hvc(0x10000));
        assertThrows(IllegalArgumentException.class, () -> A64.br(32));
        assertThrows(IllegalArgumentException.class, () -> A64.b(2));
        assertThrows(IllegalArgumentException.class, () -> A64.b(1L << 27));
        assertThrows(IllegalArgumentException.class, () -> A64.cbz(0, -(1L << 20) - 4));
        assertThrows(IllegalArgumentException.class, () -> A64.ldr(AccessWidth.WORD, 0, 0, 2));
        assertThrows(IllegalArgumentException.class, () -> A64.ldr(AccessWidth.WORD, 0, 0, -4));
        assertThrows(IllegalArgumentException.class, () -> A64.ldp(0, 0, 0, 4));
        assertThrows(IllegalArgumentException.class, () -> A64.stp(0, 0, 0, 512));
    }
}
