/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * void run_sequence(void (*code)(void), uint64_t state[34]): X0 to X29, SP and NZCV from the state, the code, and all of
 * them back into the state.
 */
        .text
        .global run_sequence
        .type   run_sequence, %function
run_sequence:
        stp     x29, x30, [sp, #-112]!
        stp     x19, x20, [sp, #16]
        stp     x21, x22, [sp, #32]
        stp     x23, x24, [sp, #48]
        stp     x25, x26, [sp, #64]
        stp     x27, x28, [sp, #80]
        str     x1, [sp, #96]
        adrp    x2, kept
        add     x2, x2, :lo12:kept
        mov     x3, sp
        str     x3, [x2]
        mov     x30, x0
        ldr     x2, [x1, #240]
        mov     sp, x2
        ldr     x2, [x1, #248]
        msr     nzcv, x2
        msr     tpidr_el0, x30
        ldp     x2, x3, [x1, #16]
        ldp     x4, x5, [x1, #32]
        ldp     x6, x7, [x1, #48]
        ldp     x8, x9, [x1, #64]
        ldp     x10, x11, [x1, #80]
        ldp     x12, x13, [x1, #96]
        ldp     x14, x15, [x1, #112]
        ldp     x16, x17, [x1, #128]
        ldp     x18, x19, [x1, #144]
        ldp     x20, x21, [x1, #160]
        ldp     x22, x23, [x1, #176]
        ldp     x24, x25, [x1, #192]
        ldp     x26, x27, [x1, #208]
        ldp     x28, x29, [x1, #224]
        ldp     x0, x1, [x1]
        blr     x30

        msr     tpidr_el0, x0
        adrp    x0, kept
        ldr     x0, [x0, :lo12:kept]
        ldr     x0, [x0, #96]
        stp     x2, x3, [x0, #16]
        stp     x4, x5, [x0, #32]
        stp     x6, x7, [x0, #48]
        stp     x8, x9, [x0, #64]
        stp     x10, x11, [x0, #80]
        stp     x12, x13, [x0, #96]
        stp     x14, x15, [x0, #112]
        stp     x16, x17, [x0, #128]
        stp     x18, x19, [x0, #144]
        stp     x20, x21, [x0, #160]
        stp     x22, x23, [x0, #176]
        stp     x24, x25, [x0, #192]
        stp     x26, x27, [x0, #208]
        stp     x28, x29, [x0, #224]
        mrs     x2, tpidr_el0
        stp     x2, x1, [x0]
        mov     x2, sp
        mrs     x3, nzcv
        stp     x2, x3, [x0, #240]
        adrp    x2, kept
        ldr     x2, [x2, :lo12:kept]
        mov     sp, x2
        ldp     x19, x20, [sp, #16]
        ldp     x21, x22, [sp, #32]
        ldp     x23, x24, [sp, #48]
        ldp     x25, x26, [sp, #64]
        ldp     x27, x28, [sp, #80]
        ldp     x29, x30, [sp], #112
        ret
        .size   run_sequence, . - run_sequence

        .bss
        .balign 8
kept:   .space  8
