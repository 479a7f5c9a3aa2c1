/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every exception becomes a struct frame on the stack of EL1 and a call of exception().
 */
        .equ    FRAME_SIZE, 272         /* 34 registers, keeps SP 16-byte aligned */
        .equ    FRAME_ELR, 248
        .equ    FRAME_SP_EL0, 264
        .equ    SDEI_EVENT_COMPLETE, 0xC4000025

        .macro  vector source
        .balign 128
        sub     sp, sp, #FRAME_SIZE
        stp     x0, x1, [sp]
        mov     x1, #\source
        b       taken
        .endm

        .text
        .balign 2048
        .global vectors
vectors:
        .irp    source, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        vector  \source
        .endr

        .global resume_entry
        .type   resume_entry, %function
resume_entry:
        sub     sp, sp, #FRAME_SIZE
        stp     x0, x1, [sp]
        mov     x1, #16
        /* falls through */

taken:
        stp     x2, x3, [sp, #16]
        stp     x4, x5, [sp, #32]
        stp     x6, x7, [sp, #48]
        stp     x8, x9, [sp, #64]
        stp     x10, x11, [sp, #80]
        stp     x12, x13, [sp, #96]
        stp     x14, x15, [sp, #112]
        stp     x16, x17, [sp, #128]
        stp     x18, x19, [sp, #144]
        stp     x20, x21, [sp, #160]
        stp     x22, x23, [sp, #176]
        stp     x24, x25, [sp, #192]
        stp     x26, x27, [sp, #208]
        stp     x28, x29, [sp, #224]
        mrs     x2, elr_el1
        mrs     x3, spsr_el1
        mrs     x4, sp_el0
        stp     x30, x2, [sp, #240]
        stp     x3, x4, [sp, #256]
        mov     x0, sp
        bl      exception
        mov     x0, sp
        /* falls through */

        .global enter_frame
        .type   enter_frame, %function
enter_frame:
        mov     sp, x0
        ldp     x2, x3, [sp, #FRAME_ELR]
        ldr     x4, [sp, #FRAME_SP_EL0]
        msr     elr_el1, x2
        msr     spsr_el1, x3
        msr     sp_el0, x4
        ldp     x0, x1, [sp]
        ldp     x2, x3, [sp, #16]
        ldp     x4, x5, [sp, #32]
        ldp     x6, x7, [sp, #48]
        ldp     x8, x9, [sp, #64]
        ldp     x10, x11, [sp, #80]
        ldp     x12, x13, [sp, #96]
        ldp     x14, x15, [sp, #112]
        ldp     x16, x17, [sp, #128]
        ldp     x18, x19, [sp, #144]
        ldp     x20, x21, [sp, #160]
        ldp     x22, x23, [sp, #176]
        ldp     x24, x25, [sp, #192]
        ldp     x26, x27, [sp, #208]
        ldp     x28, x29, [sp, #224]
        ldr     x30, [sp, #240]
        add     sp, sp, #FRAME_SIZE
        eret
        .size   enter_frame, . - enter_frame

/*
 * The dispatcher keeps X0 to X17, PC and PSTATE of what it interrupted; the rest is ours to keep. C code
 * keeps X19 to X29 and SP, and is told not to touch X18, so only X30 remains. The stack is the one that
 * was in use: the guests here never run with an SP that is not valid.
 */
        .weak   sdei_event
        .global sdei_entry
        .type   sdei_entry, %function
sdei_entry:
        str     x30, [sp, #-16]!
        bl      sdei_event
        ldr     x30, [sp], #16
        mov     x1, x0                  /* the address to resume at, or 0, which also says "handled" */
        ldr     w0, =SDEI_EVENT_COMPLETE
        cmp     x1, #0
        cinc    w0, w0, ne              /* COMPLETE_AND_RESUME is the next function */
        hvc     #0
0:      b       0b                      /* a refused completion has no way out */
        .size   sdei_entry, . - sdei_entry
