/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * enter_sequence() returns when leave_sequence() is called.
 */
        .text
        .global enter_sequence
        .type   enter_sequence, %function
enter_sequence:
        stp     x29, x30, [sp, #-96]!
        stp     x19, x20, [sp, #16]
        stp     x21, x22, [sp, #32]
        stp     x23, x24, [sp, #48]
        stp     x25, x26, [sp, #64]
        stp     x27, x28, [sp, #80]
        adrp    x1, saved_stack
        mov     x2, sp
        str     x2, [x1, :lo12:saved_stack]
        b       enter_frame
        .size   enter_sequence, . - enter_sequence

        .global leave_sequence
        .type   leave_sequence, %function
leave_sequence:
        adrp    x1, saved_stack
        ldr     x2, [x1, :lo12:saved_stack]
        mov     sp, x2
        msr     pan, #0
        msr     uao, #0
        ldp     x19, x20, [sp, #16]
        ldp     x21, x22, [sp, #32]
        ldp     x23, x24, [sp, #48]
        ldp     x25, x26, [sp, #64]
        ldp     x27, x28, [sp, #80]
        ldp     x29, x30, [sp], #96
        ret
        .size   leave_sequence, . - leave_sequence

        .bss
        .balign 8
saved_stack:
        .space  8
