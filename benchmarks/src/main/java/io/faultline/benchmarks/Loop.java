/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.benchmarks;

/** Endless loops of A64 code, each about one thing. X10 and X11 point to data, X12 keeps X10 within a page. */
public enum Loop {
    /** eor, add lsr, ror, sub, and, add, subs, b.ne. */
    INTEGER(0xca020021, 0x8b410c42, 0x93c11c23, 0xcb020064, 0x92401c85, 0x8b050021, 0xf1000400, 0x54ffff21),
    /** ldr, add, str post-index, ldp, stp, and, ldrb, b. */
    MEMORY(0xf9400141, 0x91000421, 0xf8008541, 0xa9410d62, 0xa9020963, 0x8a0c014a, 0x39401564, 0x17fffff9),
    /** Calls two deep, with a frame. */
    CALLS(0x94000003, 0x94000002, 0x17fffffe, 0xa9bf7bfd, 0x94000003, 0xa8c17bfd, 0xd65f03c0, 0x91000400, 0xd65f03c0),
    /** SVC to EL1 and back by ERET. */
    SUPERVISOR_CALL(0xd4000001, 0x17ffffff),
    /** HVC to the software above and back. */
    HYPERVISOR_CALL(0xd4000002, 0x17ffffff),
    /** mrs daif, msr daifset, mrs esr_el1, msr tpidr_el0. */
    SYSTEM_REGISTERS(0xd53b4221, 0xd50342df, 0xd5385202, 0xd51bd041, 0x17fffffc),
    /** tlbi vaae1is of another page, dsb, isb, ldr. */
    INVALIDATION(0xd5088369, 0xd5033b9f, 0xd5033fdf, 0xf9400161, 0x17fffffc);

    private final int[] words;

    Loop(int... words) {
        this.words = words;
    }

    int[] words() {
        return words;
    }
}
