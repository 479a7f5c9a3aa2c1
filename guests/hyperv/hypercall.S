/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Calls with all registers in hand: X0 points to what is to be in X0 to X17, and gets what is there afterwards.
 */
        .macro  call_with name, instruction:vararg
        .global \name
        .type   \name, %function
\name:
        stp     x19, x30, [sp, #-16]!
        mov     x19, x0
        ldp     x2, x3, [x19, #16]
        ldp     x4, x5, [x19, #32]
        ldp     x6, x7, [x19, #48]
        ldp     x8, x9, [x19, #64]
        ldp     x10, x11, [x19, #80]
        ldp     x12, x13, [x19, #96]
        ldp     x14, x15, [x19, #112]
        ldp     x16, x17, [x19, #128]
        ldp     x0, x1, [x19]
        \instruction
        stp     x0, x1, [x19]
        stp     x2, x3, [x19, #16]
        stp     x4, x5, [x19, #32]
        stp     x6, x7, [x19, #48]
        stp     x8, x9, [x19, #64]
        stp     x10, x11, [x19, #80]
        stp     x12, x13, [x19, #96]
        stp     x14, x15, [x19, #112]
        stp     x16, x17, [x19, #128]
        ldp     x19, x30, [sp], #16
        ret
        .size   \name, . - \name
        .endm

        .text
        call_with call_by_smccc, hvc #0
        call_with call_by_tag, hvc #1
        call_with call_by_unknown_tag, hvc #5
        call_with call_by_smc, smc #0

        /* X0 to X3: control word and three parameters of a call by HVC #0. */
        .global count_changed
        .type   count_changed, %function
count_changed:
        stp     x18, x19, [sp, #-112]!
        stp     x20, x21, [sp, #16]
        stp     x22, x23, [sp, #32]
        stp     x24, x25, [sp, #48]
        stp     x26, x27, [sp, #64]
        stp     x28, x29, [sp, #80]
        str     x30, [sp, #96]
        mov     x4, x3
        mov     x3, x2
        mov     x2, x1
        mov     x1, x0
        ldr     w0, =0x46000001
        .irp    number, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
        mov     x\number, #0xA00 + \number
        .endr
        mov     x30, sp
        mov     x5, #0xA0000000         /* N and C */
        msr     nzcv, x5
        hvc     #0
        mrs     x5, nzcv
        mov     x0, #0
        mov     x6, #0xA0000000
        cmp     x5, x6
        cinc    x0, x0, ne
        mov     x5, sp
        cmp     x5, x30
        cinc    x0, x0, ne
        .irp    number, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
        cmp     x\number, #0xA00 + \number
        cinc    x0, x0, ne
        .endr
        ldr     x30, [sp, #96]
        ldp     x28, x29, [sp, #80]
        ldp     x26, x27, [sp, #64]
        ldp     x24, x25, [sp, #48]
        ldp     x22, x23, [sp, #32]
        ldp     x20, x21, [sp, #16]
        ldp     x18, x19, [sp], #112
        ret
        .size   count_changed, . - count_changed
