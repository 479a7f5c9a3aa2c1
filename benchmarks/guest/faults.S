/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The smallest kernel that sleeps on an absent page: one task of EL0 for each PE, and an idle loop.
 *
 * The benchmark enters at the words at the top, with everything masked, MMU off, and these registers set once:
 *   X19 the function that controls page faults    X29 its sub-function ENABLE, behind which is IRQ_ACK
 *   X20 the shared area                           X21 SGI frame of the redistributor
 *   X22 event of not-present, or 0 if the interrupt carries it, too    X24 event of the VMM
 *   X28 the interrupt, as a mask
 * X10 is what the task touches. The kernel keeps the token it waits for in X25, and where the task is in X26 and X27.
 * Each entry ends in WFI, with interrupts unmasked.
 */
        .arch   armv8-a

        .equ    REGISTER, 0xC4000021
        .equ    ENABLE, 0xC4000022
        .equ    COMPLETE, 0xC4000025
        .equ    COMPLETE_AND_RESUME, 0xC4000026
        .equ    UNMASK, 0xC400002C
        .equ    NOT_PRESENT, 1

        .macro  call number
        movz    w0, #(\number >> 16), lsl #16
        movk    w0, #(\number & 0xFFFF)
        hvc     #0
        .endm

        .text
        .global _start
_start:
        b       boot                    // 0x00: boots a PE
        b       idle                    // 0x04: waits
        b       task                    // 0x08: at EL0, touches [X10] and comes back

boot:
        // Interrupts: group 1 on, the one of ready enabled and level-sensitive.
        mov     x0, #0xFF
        msr     S3_0_C4_C6_0, x0        // ICC_PMR_EL1
        mov     x0, #1
        msr     S3_0_C12_C12_7, x0      // ICC_IGRPEN1_EL1
        mov     x1, #0x08000000
        mov     w0, #0x12
        str     w0, [x1]
        mov     w0, #-1
        str     w0, [x21, #0x80]
        str     wzr, [x21, #0xC04]
        str     w28, [x21, #0x100]
        adr     x0, vectors
        msr     vbar_el1, x0

        // Events: the private one of not-present and the private one of the VMM.
        cbz     x22, 1f
        mov     x1, x22
        adr     x2, not_present
        bl      event
1:
        mov     x1, x24
        adr     x2, notified
        bl      event
        call    UNMASK

        // The MMU, with tables that the benchmark has written: 1 GiB of devices, and memory by blocks of 2 MiB.
        mov     x0, #0xFF04             // attribute 0: device, 1: normal, write-back
        msr     mair_el1, x0
        mov     x0, #0x3519             // 39 bits of address, cacheable; no upper half
        movk    x0, #0x80, lsl #16
        msr     tcr_el1, x0
        mov     x0, #0x40000000
        add     x0, x0, #0x10000
        msr     ttbr0_el1, x0
        isb
        mov     x0, #1
        msr     sctlr_el1, x0
        isb

        str     wzr, [x20]
        str     wzr, [x20, #4]
        mov     x1, x29
        orr     x2, x20, #1
        mov     x3, #0
        mov     w2, w2
        mov     w0, w19
        hvc     #0
        cbnz    x0, .                   // hangs, which the benchmark notices

idle:
        msr     daifclr, #2
1:      wfi
        b       1b

event:
        mov     x9, x30
        mov     x11, x1
        mov     x3, #0
        mov     x4, #0
        mov     x5, #0
        call    REGISTER
        cbnz    x0, .
        mov     x1, x11
        call    ENABLE
        cbnz    x0, .
        ret     x9

        // The event of not-present: takes the token, puts the task to sleep and goes idle.
not_present:
        ldr     w25, [x20, #4]
        str     wzr, [x20, #4]
        str     wzr, [x20]
        adr     x1, sleep
        call    COMPLETE_AND_RESUME

sleep:
        mrs     x26, elr_el1
        mrs     x27, spsr_el1
        b       idle

        // The event of the VMM.
notified:
        mov     x1, #0
        call    COMPLETE

task:
        ldr     x0, [x10]
        svc     #0

        // Takes the token and acknowledges. Not-present: puts the task to sleep. Ready: wakes it if it is the one.
interrupt:
        mrs     x12, S3_0_C12_C12_0     // ICC_IAR1_EL1
        ldr     w13, [x20, #4]
        ldr     w14, [x20]
        str     wzr, [x20, #4]
        str     wzr, [x20]
        add     x1, x29, #1
        mov     w0, w19
        hvc     #0
        msr     S3_0_C12_C12_1, x12     // ICC_EOIR1_EL1
        cmp     w14, #NOT_PRESENT
        b.eq    2f
        cmp     w13, w25
        b.ne    1f
        msr     elr_el1, x26
        msr     spsr_el1, x27
1:      eret
2:      mov     w25, w13
        b       sleep

        .balign 0x800
vectors:
        .org    vectors + 0x280
        b       interrupt
        .org    vectors + 0x400         // SVC of the task
        b       idle
        .org    vectors + 0x480
        b       interrupt
        .org    vectors + 0x800
