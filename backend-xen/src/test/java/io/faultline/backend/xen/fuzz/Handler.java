/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.fuzz;

/**
 * What a hostile guest does in an interrupt: it acknowledges it, clears the upcall of its vCPU if it knows where that is
 * and masks interrupts where it came from if not, ends it, stores a word wherever it was told to, and makes a call if it
 * was told to. All of that happens between two parts of a long call as well.
 */
final class Handler {
    /** Where it is, from the beginning of the vectors. */
    static final int OFFSET = 0x800;
    /** Where its hypercall is. */
    static final int CALL = OFFSET + 0x74;

    /** What it is told, from the address in TPIDR_EL0: number, five arguments, address, value. */
    static final int BLOCK_WORDS = 8;

    /** Instead of the number of a call. */
    static final long NO_CALL = -1;

    private static final int[] CODE = {
        0xD101_43FF, // sub  sp, sp, #0x50
        0xA900_07E0, // stp  x0, x1, [sp]
        0xA901_0FE2, // stp  x2, x3, [sp, #16]
        0xA902_43E4, // stp  x4, x16, [sp, #32]
        0xD538_4020, // mrs  x0, elr_el1
        0xD538_4001, // mrs  x1, spsr_el1
        0xA903_07E0, // stp  x0, x1, [sp, #48]
        0xD538_CC00, // mrs  x0, icc_iar1_el1
        0xF900_23E0, // str  x0, [sp, #64]
        0xD538_D081, // mrs  x1, tpidr_el1
        0xB400_0061, // cbz  x1, 0x34
        0x3900_003F, // strb wzr, [x1]
        0x1400_0004, // b    0x40
        0xF940_1FE1, // ldr  x1, [sp, #56]
        0xB279_0021, // orr  x1, x1, #0x80
        0xF900_1FE1, // str  x1, [sp, #56]
        0xF940_23E0, // ldr  x0, [sp, #64]
        0xD518_CC20, // msr  icc_eoir1_el1, x0
        0xD53B_D044, // mrs  x4, tpidr_el0
        0xF940_1881, // ldr  x1, [x4, #48]
        0xB400_0061, // cbz  x1, 0x5c
        0xF940_1C80, // ldr  x0, [x4, #56]
        0xF900_0020, // str  x0, [x1]
        0xF940_0090, // ldr  x16, [x4]
        0xB100_061F, // cmn  x16, #1
        0x5400_00A0, // b.eq 0x78
        0xA940_8480, // ldp  x0, x1, [x4, #8]
        0xA941_8C82, // ldp  x2, x3, [x4, #24]
        0xF940_1484, // ldr  x4, [x4, #40]
        0xD401_D422, // hvc  #0xea1
        0xA943_07E0, // ldp  x0, x1, [sp, #48]
        0xD518_4020, // msr  elr_el1, x0
        0xD518_4001, // msr  spsr_el1, x1
        0xA942_43E4, // ldp  x4, x16, [sp, #32]
        0xA941_0FE2, // ldp  x2, x3, [sp, #16]
        0xA940_07E0, // ldp  x0, x1, [sp]
        0x9101_43FF, // add  sp, sp, #0x50
        0xD69F_03E0, // eret
    };

    private Handler() {}

    /** The instructions of the handler, which run anywhere. */
    static int[] code() {
        return CODE.clone();
    }
}
