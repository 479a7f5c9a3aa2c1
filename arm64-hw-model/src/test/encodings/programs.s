// Copyright 2026 The Faultline Authors
// SPDX-License-Identifier: Apache-2.0
//
// Guest code of the tests. A program begins at a label in the first column; numeric labels are local to it.
// Programs are position-independent and are loaded wherever the test wants them.

// One vector table entry after the other: each reports its number by HVC and stops there.
vectors:
        .macro report number
        hvc     #0x100 + \number
        b       .
        .rept   30
        nop
        .endr
        .endm
        report  0
        report  1
        report  2
        report  3
        report  4
        report  5
        report  6
        report  7
        report  8
        report  9
        report  10
        report  11
        report  12
        report  13
        report  14
        report  15

// Vectors that return from every exception; x28 counts synchronous ones, x27 interrupts, x26 holds the last INTID.
smc_vectors:
        .macro report_to_el3 number
        smc     #0x100 + \number
        b       .
        .rept   30
        nop
        .endr
        .endm
        report_to_el3 0
        report_to_el3 1
        report_to_el3 2
        report_to_el3 3
        report_to_el3 4
        report_to_el3 5
        report_to_el3 6
        report_to_el3 7
        report_to_el3 8
        report_to_el3 9
        report_to_el3 10
        report_to_el3 11
        report_to_el3 12
        report_to_el3 13
        report_to_el3 14
        report_to_el3 15

returning_vectors:
        .macro  slot
        .rept   32
        nop
        .endr
        .endm
        .macro  skip_instruction
        add     x28, x28, #1
        mrs     x25, esr_el1
        lsr     x24, x25, #26
        cmp     x24, #0x15
        b.eq    1f
        mrs     x24, elr_el1
        add     x24, x24, #4
        msr     elr_el1, x24
1:      eret
        .rept   23
        nop
        .endr
        .endm
        .macro  handle_interrupt
        mrs     x26, icc_iar1_el1
        add     x27, x27, #1
        cmp     x26, #27
        b.ne    1f
        msr     cntv_ctl_el0, xzr
1:      msr     icc_eoir1_el1, x26
        eret
        .rept   25
        nop
        .endr
        .endm
        slot
        slot
        slot
        slot
        skip_instruction
        handle_interrupt
        slot
        slot
        skip_instruction
        handle_interrupt
        slot
        slot
        slot
        slot
        slot
        slot

stop:
        hvc     #0
        b       .

nops:
        nop
        nop
        nop
        nop
        hvc     #0

spin:
        b       spin

// Sums x0 numbers; a branch back and one forward in every round.
sum:
        mov     x1, #0
1:      cbz     x0, 2f
        add     x1, x1, x0
        sub     x0, x0, #1
        b       1b
2:      hvc     #0

// Calls, compares, a jump through a register, every kind of branch taken and not taken; bits of x0 say which.
branches:
        mov     x0, #0
        bl      1f
        orr     x0, x0, #1
        adr     x2, 2f
        br      x2
        hvc     #1
1:      orr     x0, x0, #2
        ret
2:      adr     x2, 3f
        blr     x2
        orr     x0, x0, #4
        mov     w3, #0
        cbz     w3, 4f
        hvc     #2
3:      orr     x0, x0, #8
        ret     x30
4:      mov     x3, #0x100000000
        cbz     w3, 5f
        hvc     #3
5:      cbz     x3, 6f
        orr     x0, x0, #16
6:      cbnz    w3, 7f
        orr     x0, x0, #32
7:      cbnz    x3, 8f
        hvc     #4
8:      tbz     x3, #32, 9f
        orr     x0, x0, #64
9:      tbnz    x3, #32, 10f
        hvc     #5
10:     tbz     w3, #0, 11f
        hvc     #6
11:     tbnz    w3, #31, 12f
        orr     x0, x0, #128
12:     hvc     #0

// For each condition two bits of x0: the one from CSET, the one from B.cond. Flags come in x1 (NZCV in 31:28).
conditions:
        msr     nzcv, x1
        mov     x0, #0
        .macro  condition c, n
        cset    x2, \c
        b.\c    1f
        b       2f
1:      orr     x0, x0, #1 << (2 * \n)
2:      orr     x0, x0, x2, lsl #(2 * \n + 1)
        .endm
        condition eq, 0
        condition ne, 1
        condition cs, 2
        condition cc, 3
        condition mi, 4
        condition pl, 5
        condition vs, 6
        condition vc, 7
        condition hi, 8
        condition ls, 9
        condition ge, 10
        condition lt, 11
        condition gt, 12
        condition le, 13
        b.al    1f
        hvc     #1
1:      b.nv    2f
        hvc     #2
2:      hvc     #0

// Atomic increment of the word at x1, x0 times.
increment:
1:      ldxr    w2, [x1]
        add     w2, w2, #1
        stxr    w3, w2, [x1]
        cbnz    w3, 1b
        subs    x0, x0, #1
        b.ne    1b
        hvc     #0

// Overwrites the instruction at 2: with the word in w0 and executes it; synchronised as the architecture wants it.
modify:
        adr     x1, 2f
        mov     x2, #5
1:      str     w0, [x1]
        dc      cvau, x1
        dsb     ish
        ic      ivau, x1
        dsb     ish
        isb
2:      mov     x2, #1
        hvc     #0

// The same without any synchronisation, later in the same straight line.
modify_ahead:
        adr     x1, 1f
        str     w0, [x1]
        nop
        nop
1:      mov     x2, #1
        hvc     #0

// Data next to code: a counter in the same page, x0 times.
data_in_code:
        adr     x1, 2f
1:      ldr     x2, [x1]
        add     x2, x2, #1
        str     x2, [x1]
        subs    x0, x0, #1
        b.ne    1b
        hvc     #0
        nop
2:      .quad   0

// Sets up group 1 interrupts on the CPU interface and enables them in PSTATE, then counts in x0.
interruptible:
        mov     x1, #0xf0
        msr     icc_pmr_el1, x1
        mov     x1, #1
        msr     icc_igrpen1_el1, x1
        msr     daifclr, #2
1:      add     x0, x0, #1
        b       1b

// Arms the virtual timer x0 counts ahead and counts in x1 until the interrupt comes.
timer:
        mov     x2, #0xf0
        msr     icc_pmr_el1, x2
        mov     x2, #1
        msr     icc_igrpen1_el1, x2
        mrs     x3, cntvct_el0
        add     x3, x3, x0
        msr     cntv_cval_el0, x3
        msr     cntv_ctl_el0, x2
        isb
        msr     daifclr, #2
1:      add     x1, x1, #1
        cbz     x27, 1b
        mrs     x4, cntvct_el0
        hvc     #0

// A bit of everything, for cutting at every instruction: calls, memory, exclusives, exceptions, timer interrupt.
everything:
        mov     x2, #0xf0
        msr     icc_pmr_el1, x2
        mov     x2, #1
        msr     icc_igrpen1_el1, x2
        mrs     x3, cntvct_el0
        add     x3, x3, #4
        msr     cntv_cval_el0, x3
        msr     cntv_ctl_el0, x2
        msr     daifclr, #2
        mov     x0, #6
        mov     x5, #0
1:      adds    x5, x5, x0, lsl #3
        str     x5, [x20], #8
        ldp     x6, x7, [x20, #-8]
        ldaxr   x8, [x21]
        add     x8, x8, x6
        stlxr   w9, x8, [x21]
        svc     #7
        bl      3f
        sev
        wfe
        csinc   x10, x8, x5, cs
        .word   0
        subs    x0, x0, #1
        b.ne    1b
        mrs     x11, cntvct_el0
        hvc     #0
        hvc     #1
3:      eor     x12, x12, x5, ror #3
        ret

// EL1 at the start, EL0 at x0 with SPSR x1.
drop:
        msr     elr_el1, x0
        msr     spsr_el1, x1
        eret

// Words for single-instruction tests; never executed in order.
singles:
        br      x2
        ldr     x1, [x2]
        ldr     w1, [x2]
        ldrh    w1, [x2]
        ldrb    w1, [x2]
        ldrsw   x1, [x2]
        ldrsh   x1, [x2]
        ldrsh   w1, [x2]
        ldrsb   x1, [x2]
        ldrsb   w1, [x2]
        str     x1, [x2]
        str     w1, [x2]
        strh    w1, [x2]
        strb    w1, [x2]
        ldr     xzr, [x2]
        str     xzr, [x2]
        ldr     x1, [x2, #16]
        ldur    x1, [x2, #-8]
        stur    w1, [x2, #-4]
        ldtr    x1, [x2, #8]
        sttrb   w1, [x2, #1]
        ldtrsh  x1, [x2, #2]
        ldr     x1, [x2], #8
        ldr     w1, [x2], #-4
        ldrb    w1, [x2], #1
        ldrh    w1, [x2], #2
        ldrsw   x1, [x2], #4
        ldrsh   x1, [x2, #2]!
        ldrsb   w1, [x2, #1]!
        ldr     x1, [x2, #8]!
        str     x1, [x2], #8
        str     w1, [x2, #-4]!
        strb    w1, [x2], #1
        strh    w1, [x2, #2]!
        ldr     x2, [x2], #8
        str     x2, [x2, #8]!
        ldrsh   x2, [x2, #2]!
        strh    w2, [x2, #2]!
        ldr     x1, [x2, x3]
        ldr     x1, [x2, x3, lsl #3]
        ldr     w1, [x2, w3, uxtw #2]
        ldrb    w1, [x2, w3, uxtw]
        ldrh    w1, [x2, x3, lsl #1]
        ldrsw   x1, [x2, x3, lsl #2]
        ldr     x1, [x2, w3, sxtw #3]
        ldr     x1, [x2, x3, sxtx]
        ldrsb   x1, [x2, x3]
        ldrsh   w1, [x2, w3, sxtw #1]
        str     x1, [x2, x3, lsl #3]
        str     w1, [x2, w3, uxtw #2]
        strh    w1, [x2, x3]
        strb    w1, [x2, w3, sxtw]
        ldp     x1, x3, [x2]
        ldp     w1, w3, [x2, #8]
        ldp     x1, x3, [x2], #16
        ldp     x1, x3, [x2, #-16]!
        ldp     x2, x3, [x2]
        ldpsw   x1, x3, [x2, #8]!
        ldnp    x1, x3, [x2]
        stp     x1, x3, [x2]
        stp     w1, w3, [x2, #-8]!
        stp     x1, x3, [x2], #16
        stp     w1, w3, [x2]
        stnp    x1, x3, [x2]
        ldr     x1, [sp, #8]
        ldr     x1, [sp], #16
        stp     x1, x3, [sp, #-16]!
        ldrh    w1, [sp], #2
        ldxr    x1, [x2]
        ldxr    w1, [x2]
        ldxrb   w1, [x2]
        ldxrh   w1, [x2]
        ldaxr   x1, [x2]
        ldxp    x1, x3, [x2]
        ldxp    w1, w3, [x2]
        ldaxp   x1, x3, [x2]
        stxr    w4, x1, [x2]
        stxr    w4, w1, [x2]
        stxrb   w4, w1, [x2]
        stxrh   w4, w1, [x2]
        stlxr   w4, x1, [x2]
        stxp    w4, x1, x3, [x2]
        stxp    w4, w1, w3, [x2]
        stxr    wzr, x1, [x2]
        clrex
        ldar    x1, [x2]
        ldarb   w1, [x2]
        ldarh   w1, [x2]
        stlr    x1, [x2]
        stlrb   w1, [x2]
        stlrh   w1, [x2]
        prfm    pldl1keep, [x2]
        svc     #0x1234
        hvc     #0x4321
        smc     #0x55
        brk     #0x99
        hlt     #1
        eret
        wfi
        wfe
        sev
        sevl
        yield
        nop
        isb
        dsb     sy
        dmb     ish
        msr     spsel, #0
        msr     spsel, #1
        msr     daifset, #15
        msr     daifclr, #15
        msr     daifset, #2
        dc      zva, x2
        dc      cvac, x2
        dc      cvau, x2
        dc      civac, x2
        dc      ivac, x2
        dc      isw, x2
        dc      csw, x2
        dc      cisw, x2
        ic      ivau, x2
        ic      iallu
        ic      ialluis
        at      s1e1r, x2
        at      s1e1w, x2
        at      s1e0r, x2
        at      s12e1r, x2
        tlbi    vmalle1
        tlbi    vae1is, x2
        tlbi    alle2
        sysl    x1, #3, c7, c4, #1
        fmov    d0, x1
        fadd    d0, d1, d2
        add     v0.16b, v1.16b, v2.16b
        ldr     q0, [x2]
        ldadd   x1, x3, [x2]
        cas     x1, x3, [x2]
        msr     pan, #1
        msr     uao, #1
        msr     dit, #1
        msr     ssbs, #1
        mrs     x1, fpcr
        msr     fpsr, x1
        mrs     x1, pan
        mrs     x1, s3_0_c0_c7_7
        msr     s3_0_c0_c7_7, x1
        mrs     x1, s3_7_c15_c15_7
        msr     s3_7_c15_c15_7, x1
        mrs     xzr, midr_el1
        sb
        pacia   x1, x2
        ldr     x1, .+8
        ldr     w1, .+8
        ldrsw   x1, .+8
        prfm    pldl1keep, .+8
        adr     x1, .+12
        adrp    x1, .
        smc     #0
        hvc     #7
        svc     #9
        mrs     x1, sctlr_el1
        mrs     x1, sctlr_el2
        mrs     x1, sctlr_el12
        msr     sctlr_el12, x1
        mrs     x1, cntv_ctl_el02
        mrs     x1, id_aa64pfr0_el1
        mrs     x1, id_aa64mmfr1_el1
        mrs     x1, midr_el1
        mrs     x1, mpidr_el1
        mrs     x1, isr_el1
        mrs     x1, cpacr_el1
        mrs     x1, icc_pmr_el1
        msr     icc_pmr_el1, x1
        msr     icc_sgi1r_el1, x1
        mrs     x1, icc_iar1_el1
        mrs     x1, cntp_ctl_el0
        mrs     x1, cntpct_el0
        mrs     x1, cntvct_el0
        mrs     x1, s3_0_c15_c0_0
        mrs     x1, sp_el1
        mrs     x1, elr_el1
        mrs     x1, dbgbvr0_el1
        mrs     x1, tpidr_el0
        mrs     x1, vbar_el2
        msr     ttbr0_el1, x1
        at      s1e2r, x2
        at      s12e1w, x2
        tlbi    vae1, x2
        tlbi    vae2is, x2
        tlbi    alle1
        tlbi    vmalls12e1is
        tlbi    ipas2e1is, x2
        tlbi    aside1, x2
        tlbi    vaae1is, x2
        tlbi    alle1is
        ldr     w5, [x2]
        str     x5, [x2]
        ldtr    x1, [x2]
        sttrb   w1, [x2]
        msr     pan, #0
        msr     uao, #0
        mrs     x1, uao
        msr     daifclr, #8
