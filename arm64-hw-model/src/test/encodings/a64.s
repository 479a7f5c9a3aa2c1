// Copyright 2026 The Faultline Authors
// SPDX-License-Identifier: Apache-2.0
//
// Every instruction of the decode table in its forms; regenerate.sh makes ../resources/encodings/ from it.
        .arch armv8-a+crc+lse+pan+nofp
start:

// PC-relative
        adr x0, start
        adr x30, start + 0xffff1
        adr xzr, start
        adrp x1, start
        adrp x2, start + 0x10000000

// add and subtract, immediate
        add x1, x2, #0
        add x3, x4, #4095
        add x5, sp, #1, lsl #12
        add sp, sp, #16
        adds x1, x2, #7
        adds xzr, sp, #4095, lsl #12
        add w1, w2, #0
        add w3, w4, #4095
        add w5, wsp, #1, lsl #12
        add wsp, wsp, #16
        adds w1, w2, #7
        adds wzr, wsp, #4095, lsl #12
        sub x1, x2, #0
        sub x3, x4, #4095
        sub x5, sp, #1, lsl #12
        sub sp, sp, #16
        subs x1, x2, #7
        subs xzr, sp, #4095, lsl #12
        sub w1, w2, #0
        sub w3, w4, #4095
        sub w5, wsp, #1, lsl #12
        sub wsp, wsp, #16
        subs w1, w2, #7
        subs wzr, wsp, #4095, lsl #12

// logical, immediate
        and w1, w2, #0x1
        and w1, w2, #0xff00
        and w1, w2, #0x7ffffffe
        and w1, w2, #0x55555555
        and w1, w2, #0xfffffff0
        and x3, x30, #0x1
        and x3, x30, #0xaaaaaaaaaaaaaaaa
        and x3, x30, #0x7fffffffffffffff
        and x3, x30, #0xff00ff00ff00ff00
        and x3, x30, #0x8000000000000001
        and x3, x30, #0xf0f0f0f0f0f0f0f0
        and x3, x30, #0x3c003c003c003c00
        orr w1, w2, #0x1
        orr w1, w2, #0xff00
        orr w1, w2, #0x7ffffffe
        orr w1, w2, #0x55555555
        orr w1, w2, #0xfffffff0
        orr x3, x30, #0x1
        orr x3, x30, #0xaaaaaaaaaaaaaaaa
        orr x3, x30, #0x7fffffffffffffff
        orr x3, x30, #0xff00ff00ff00ff00
        orr x3, x30, #0x8000000000000001
        orr x3, x30, #0xf0f0f0f0f0f0f0f0
        orr x3, x30, #0x3c003c003c003c00
        eor w1, w2, #0x1
        eor w1, w2, #0xff00
        eor w1, w2, #0x7ffffffe
        eor w1, w2, #0x55555555
        eor w1, w2, #0xfffffff0
        eor x3, x30, #0x1
        eor x3, x30, #0xaaaaaaaaaaaaaaaa
        eor x3, x30, #0x7fffffffffffffff
        eor x3, x30, #0xff00ff00ff00ff00
        eor x3, x30, #0x8000000000000001
        eor x3, x30, #0xf0f0f0f0f0f0f0f0
        eor x3, x30, #0x3c003c003c003c00
        ands w1, w2, #0x1
        ands w1, w2, #0xff00
        ands w1, w2, #0x7ffffffe
        ands w1, w2, #0x55555555
        ands w1, w2, #0xfffffff0
        ands x3, x30, #0x1
        ands x3, x30, #0xaaaaaaaaaaaaaaaa
        ands x3, x30, #0x7fffffffffffffff
        ands x3, x30, #0xff00ff00ff00ff00
        ands x3, x30, #0x8000000000000001
        ands x3, x30, #0xf0f0f0f0f0f0f0f0
        ands x3, x30, #0x3c003c003c003c00
        and sp, x1, #-16
        orr wsp, w1, #1
        tst x1, #1
        mov x1, #0x5555555555555555

// move wide
        movn w1, #0x1234, lsl #0
        movn w1, #0x1234, lsl #16
        movn x1, #0xffff, lsl #0
        movn x1, #0xffff, lsl #16
        movn x1, #0xffff, lsl #32
        movn x1, #0xffff, lsl #48
        movz w1, #0x1234, lsl #0
        movz w1, #0x1234, lsl #16
        movz x1, #0xffff, lsl #0
        movz x1, #0xffff, lsl #16
        movz x1, #0xffff, lsl #32
        movz x1, #0xffff, lsl #48
        movk w1, #0x1234, lsl #0
        movk w1, #0x1234, lsl #16
        movk x1, #0xffff, lsl #0
        movk x1, #0xffff, lsl #16
        movk x1, #0xffff, lsl #32
        movk x1, #0xffff, lsl #48

// bitfield and extract
        sbfm w1, w2, #0, #7
        sbfm w1, w2, #0, #15
        sbfm w1, w2, #5, #31
        sbfm w1, w2, #29, #2
        sbfm w1, w2, #31, #0
        sbfm w1, w2, #0, #31
        sbfm w1, w2, #8, #3
        sbfm x1, x2, #0, #7
        sbfm x1, x2, #0, #15
        sbfm x1, x2, #5, #63
        sbfm x1, x2, #61, #2
        sbfm x1, x2, #63, #0
        sbfm x1, x2, #0, #63
        sbfm x1, x2, #8, #3
        bfm w1, w2, #0, #7
        bfm w1, w2, #0, #15
        bfm w1, w2, #5, #31
        bfm w1, w2, #29, #2
        bfm w1, w2, #31, #0
        bfm w1, w2, #0, #31
        bfm w1, w2, #8, #3
        bfm x1, x2, #0, #7
        bfm x1, x2, #0, #15
        bfm x1, x2, #5, #63
        bfm x1, x2, #61, #2
        bfm x1, x2, #63, #0
        bfm x1, x2, #0, #63
        bfm x1, x2, #8, #3
        ubfm w1, w2, #0, #7
        ubfm w1, w2, #0, #15
        ubfm w1, w2, #5, #31
        ubfm w1, w2, #29, #2
        ubfm w1, w2, #31, #0
        ubfm w1, w2, #0, #31
        ubfm w1, w2, #8, #3
        ubfm x1, x2, #0, #7
        ubfm x1, x2, #0, #15
        ubfm x1, x2, #5, #63
        ubfm x1, x2, #61, #2
        ubfm x1, x2, #63, #0
        ubfm x1, x2, #0, #63
        ubfm x1, x2, #8, #3
        extr w1, w2, w3, #0
        extr w1, w2, w3, #1
        extr w1, w2, w3, #31
        extr x1, x2, x3, #0
        extr x1, x2, x3, #1
        extr x1, x2, x3, #63
        ror x1, x2, #5

// branches
        b.eq start
        b.ne start
        b.cs start
        b.cc start
        b.mi start
        b.pl start
        b.vs start
        b.vc start
        b.hi start
        b.ls start
        b.ge start
        b.lt start
        b.gt start
        b.le start
        b.al start
        b.nv start
        b start
        b start + 0x8000
        bl start
        cbz w7, start
        cbz x7, start
        cbnz w7, start
        cbnz x7, start
        tbz w9, #0, start
        tbz w9, #31, start
        tbz x9, #32, start
        tbz x9, #63, start
        tbnz w9, #0, start
        tbnz w9, #31, start
        tbnz x9, #32, start
        tbnz x9, #63, start
        br x1
        br xzr
        blr x30
        ret
        ret x5
        eret

// exception generation
        svc #0
        svc #1
        svc #65535
        hvc #0
        hvc #1
        hvc #65535
        smc #0
        smc #1
        smc #65535
        brk #0
        brk #1
        brk #65535

// system
        msr spsel, #0
        msr spsel, #1
        msr daifset, #15
        msr daifset, #2
        msr daifclr, #15
        nop
        yield
        wfe
        wfi
        sev
        sevl
        hint #6
        hint #7
        hint #16
        hint #20
        hint #25
        hint #29
        hint #34
        hint #127
        clrex
        clrex #3
        dsb sy
        dmb sy
        dsb st
        dmb st
        dsb ld
        dmb ld
        dsb ish
        dmb ish
        dsb ishst
        dmb ishst
        dsb ishld
        dmb ishld
        dsb nsh
        dmb nsh
        dsb nshst
        dmb nshst
        dsb nshld
        dmb nshld
        dsb osh
        dmb osh
        dsb oshst
        dmb oshst
        dsb oshld
        dmb oshld
        dsb #0
        dsb #4
        isb
        isb #3
        ic iallu
        ic ialluis
        ic ivau, x1
        dc zva, x2
        dc cvac, x3
        dc cvau, x4
        dc civac, x5
        dc ivac, x6
        dc isw, x7
        dc csw, x8
        dc cisw, x9
        at s1e1r, x1
        at s1e0w, x2
        tlbi vmalle1
        tlbi vae1is, x1
        tlbi vaale1is, x3
        tlbi aside1, x4
        sys #3, c7, c4, #1, x30
        sysl x1, #3, c7, c4, #1
        mrs x1, sctlr_el1
        msr sctlr_el1, x2
        mrs x1, vbar_el1
        msr vbar_el1, x2
        mrs x1, elr_el1
        msr elr_el1, x2
        mrs x1, spsr_el1
        msr spsr_el1, x2
        mrs x1, sp_el0
        msr sp_el0, x2
        mrs x1, tpidr_el0
        msr tpidr_el0, x2
        mrs x1, tpidr_el1
        msr tpidr_el1, x2
        mrs x1, daif
        msr daif, x2
        mrs x1, nzcv
        msr nzcv, x2
        mrs x1, cntv_ctl_el0
        msr cntv_ctl_el0, x2
        mrs x1, cntp_cval_el0
        msr cntp_cval_el0, x2
        mrs x1, s3_0_c12_c12_5
        msr s3_0_c12_c12_5, x2
        mrs x1, s3_0_c4_c6_0
        msr s3_0_c4_c6_0, x2
        mrs x1, s2_0_c0_c2_2
        msr s2_0_c0_c2_2, x2
        mrs x1, s3_7_c15_c15_7
        msr s3_7_c15_c15_7, x2
        mrs xzr, midr_el1
        mrs xzr, currentel
        mrs xzr, id_aa64pfr0_el1
        mrs xzr, cntvct_el0
        mrs xzr, ctr_el0
        mrs xzr, dczid_el0

// two sources
        udiv w1, w2, w3
        udiv x1, x2, x3
        sdiv w1, w2, w3
        sdiv x1, x2, x3
        lslv w1, w2, w3
        lslv x1, x2, x3
        lsrv w1, w2, w3
        lsrv x1, x2, x3
        asrv w1, w2, w3
        asrv x1, x2, x3
        rorv w1, w2, w3
        rorv x1, x2, x3
        crc32b w1, w2, w3
        crc32h w1, w2, w3
        crc32w w1, w2, w3
        crc32x w1, w2, x3
        crc32cb w1, w2, w3
        crc32ch w1, w2, w3
        crc32cw w1, w2, w3
        crc32cx w1, w2, x3

// one source
        rbit w1, w2
        rbit x1, x2
        rev16 w1, w2
        rev16 x1, x2
        rev w1, w2
        rev x1, x2
        clz w1, w2
        clz x1, x2
        cls w1, w2
        cls x1, x2
        rev32 x1, x2

// logical, shifted register
        and w1, w2, w3
        and w1, w2, w3, lsl #1
        and w1, w2, w3, lsr #31
        and w1, w2, w3, asr #7
        and w1, w2, w3, ror #13
        and x1, x2, x3
        and x1, x2, x3, lsl #1
        and x1, x2, x3, lsr #63
        and x1, x2, x3, asr #7
        and x1, x2, x3, ror #13
        bic w1, w2, w3
        bic w1, w2, w3, lsl #1
        bic w1, w2, w3, lsr #31
        bic w1, w2, w3, asr #7
        bic w1, w2, w3, ror #13
        bic x1, x2, x3
        bic x1, x2, x3, lsl #1
        bic x1, x2, x3, lsr #63
        bic x1, x2, x3, asr #7
        bic x1, x2, x3, ror #13
        orr w1, w2, w3
        orr w1, w2, w3, lsl #1
        orr w1, w2, w3, lsr #31
        orr w1, w2, w3, asr #7
        orr w1, w2, w3, ror #13
        orr x1, x2, x3
        orr x1, x2, x3, lsl #1
        orr x1, x2, x3, lsr #63
        orr x1, x2, x3, asr #7
        orr x1, x2, x3, ror #13
        orn w1, w2, w3
        orn w1, w2, w3, lsl #1
        orn w1, w2, w3, lsr #31
        orn w1, w2, w3, asr #7
        orn w1, w2, w3, ror #13
        orn x1, x2, x3
        orn x1, x2, x3, lsl #1
        orn x1, x2, x3, lsr #63
        orn x1, x2, x3, asr #7
        orn x1, x2, x3, ror #13
        eor w1, w2, w3
        eor w1, w2, w3, lsl #1
        eor w1, w2, w3, lsr #31
        eor w1, w2, w3, asr #7
        eor w1, w2, w3, ror #13
        eor x1, x2, x3
        eor x1, x2, x3, lsl #1
        eor x1, x2, x3, lsr #63
        eor x1, x2, x3, asr #7
        eor x1, x2, x3, ror #13
        eon w1, w2, w3
        eon w1, w2, w3, lsl #1
        eon w1, w2, w3, lsr #31
        eon w1, w2, w3, asr #7
        eon w1, w2, w3, ror #13
        eon x1, x2, x3
        eon x1, x2, x3, lsl #1
        eon x1, x2, x3, lsr #63
        eon x1, x2, x3, asr #7
        eon x1, x2, x3, ror #13
        ands w1, w2, w3
        ands w1, w2, w3, lsl #1
        ands w1, w2, w3, lsr #31
        ands w1, w2, w3, asr #7
        ands w1, w2, w3, ror #13
        ands x1, x2, x3
        ands x1, x2, x3, lsl #1
        ands x1, x2, x3, lsr #63
        ands x1, x2, x3, asr #7
        ands x1, x2, x3, ror #13
        bics w1, w2, w3
        bics w1, w2, w3, lsl #1
        bics w1, w2, w3, lsr #31
        bics w1, w2, w3, asr #7
        bics w1, w2, w3, ror #13
        bics x1, x2, x3
        bics x1, x2, x3, lsl #1
        bics x1, x2, x3, lsr #63
        bics x1, x2, x3, asr #7
        bics x1, x2, x3, ror #13
        mov x1, x2
        mvn w1, w2

// add and subtract, shifted register
        add w1, w2, w3
        add w1, w2, w3, lsl #31
        add w1, w2, w3, lsr #1
        add w1, w2, w3, asr #7
        add x1, x2, x3
        add x1, x2, x3, lsl #63
        add x1, x2, x3, lsr #1
        add x1, x2, x3, asr #7
        adds w1, w2, w3
        adds w1, w2, w3, lsl #31
        adds w1, w2, w3, lsr #1
        adds w1, w2, w3, asr #7
        adds x1, x2, x3
        adds x1, x2, x3, lsl #63
        adds x1, x2, x3, lsr #1
        adds x1, x2, x3, asr #7
        sub w1, w2, w3
        sub w1, w2, w3, lsl #31
        sub w1, w2, w3, lsr #1
        sub w1, w2, w3, asr #7
        sub x1, x2, x3
        sub x1, x2, x3, lsl #63
        sub x1, x2, x3, lsr #1
        sub x1, x2, x3, asr #7
        subs w1, w2, w3
        subs w1, w2, w3, lsl #31
        subs w1, w2, w3, lsr #1
        subs w1, w2, w3, asr #7
        subs x1, x2, x3
        subs x1, x2, x3, lsl #63
        subs x1, x2, x3, lsr #1
        subs x1, x2, x3, asr #7

// add and subtract, extended register
        add x1, sp, w3, uxtb #2
        add w1, wsp, w3, uxtb #4
        add x1, sp, w3, uxth #2
        add w1, wsp, w3, uxth #4
        add x1, sp, w3, uxtw #2
        add w1, wsp, w3, uxtw #4
        add x1, sp, w3, sxtb #2
        add w1, wsp, w3, sxtb #4
        add x1, sp, w3, sxth #2
        add w1, wsp, w3, sxth #4
        add x1, sp, w3, sxtw #2
        add w1, wsp, w3, sxtw #4
        add x1, sp, x3, uxtx
        add x1, sp, x3, sxtx #3
        add w1, w2, w3, uxtx #1
        add w1, w2, w3, sxtx #1
        adds x1, sp, w3, uxtb #2
        adds w1, wsp, w3, uxtb #4
        adds x1, sp, w3, uxth #2
        adds w1, wsp, w3, uxth #4
        adds x1, sp, w3, uxtw #2
        adds w1, wsp, w3, uxtw #4
        adds x1, sp, w3, sxtb #2
        adds w1, wsp, w3, sxtb #4
        adds x1, sp, w3, sxth #2
        adds w1, wsp, w3, sxth #4
        adds x1, sp, w3, sxtw #2
        adds w1, wsp, w3, sxtw #4
        adds x1, sp, x3, uxtx
        adds x1, sp, x3, sxtx #3
        adds w1, w2, w3, uxtx #1
        adds w1, w2, w3, sxtx #1
        sub x1, sp, w3, uxtb #2
        sub w1, wsp, w3, uxtb #4
        sub x1, sp, w3, uxth #2
        sub w1, wsp, w3, uxth #4
        sub x1, sp, w3, uxtw #2
        sub w1, wsp, w3, uxtw #4
        sub x1, sp, w3, sxtb #2
        sub w1, wsp, w3, sxtb #4
        sub x1, sp, w3, sxth #2
        sub w1, wsp, w3, sxth #4
        sub x1, sp, w3, sxtw #2
        sub w1, wsp, w3, sxtw #4
        sub x1, sp, x3, uxtx
        sub x1, sp, x3, sxtx #3
        sub w1, w2, w3, uxtx #1
        sub w1, w2, w3, sxtx #1
        subs x1, sp, w3, uxtb #2
        subs w1, wsp, w3, uxtb #4
        subs x1, sp, w3, uxth #2
        subs w1, wsp, w3, uxth #4
        subs x1, sp, w3, uxtw #2
        subs w1, wsp, w3, uxtw #4
        subs x1, sp, w3, sxtb #2
        subs w1, wsp, w3, sxtb #4
        subs x1, sp, w3, sxth #2
        subs w1, wsp, w3, sxth #4
        subs x1, sp, w3, sxtw #2
        subs w1, wsp, w3, sxtw #4
        subs x1, sp, x3, uxtx
        subs x1, sp, x3, sxtx #3
        subs w1, w2, w3, uxtx #1
        subs w1, w2, w3, sxtx #1

// add and subtract with carry
        adc w1, w2, w3
        adc x1, x2, x3
        adcs w1, w2, w3
        adcs x1, x2, x3
        sbc w1, w2, w3
        sbc x1, x2, x3
        sbcs w1, w2, w3
        sbcs x1, x2, x3

// conditional compare and select
        ccmn w1, w2, #5, ne
        ccmn w1, #31, #10, al
        ccmn x1, x2, #5, ne
        ccmn x1, #31, #10, al
        ccmp w1, w2, #5, ne
        ccmp w1, #31, #10, al
        ccmp x1, x2, #5, ne
        ccmp x1, #31, #10, al
        csel w1, w2, w3, lt
        csel x1, x2, x3, lt
        csinc w1, w2, w3, lt
        csinc x1, x2, x3, lt
        csinv w1, w2, w3, lt
        csinv x1, x2, x3, lt
        csneg w1, w2, w3, lt
        csneg x1, x2, x3, lt

// three sources
        madd w1, w2, w3, w4
        madd w1, w2, w3, wzr
        madd x1, x2, x3, x4
        madd x1, x2, x3, xzr
        msub w1, w2, w3, w4
        msub w1, w2, w3, wzr
        msub x1, x2, x3, x4
        msub x1, x2, x3, xzr
        smaddl x1, w2, w3, x4
        smsubl x1, w2, w3, x4
        umaddl x1, w2, w3, x4
        umsubl x1, w2, w3, x4
        smulh x1, x2, x3
        umulh x1, x2, x3

// exclusive and ordered
        stxrb w9, w1, [x2]
        stlxrb w9, w1, [x2]
        ldxrb w1, [sp]
        ldaxrb w1, [sp]
        stlrb w1, [sp]
        ldarb w1, [sp]
        stxrh w9, w1, [x2]
        stlxrh w9, w1, [x2]
        ldxrh w1, [sp]
        ldaxrh w1, [sp]
        stlrh w1, [sp]
        ldarh w1, [sp]
        stxr w9, w1, [x2]
        stlxr w9, w1, [x2]
        ldxr w1, [sp]
        ldaxr w1, [sp]
        stlr w1, [sp]
        ldar w1, [sp]
        stxr w9, x1, [x2]
        stlxr w9, x1, [x2]
        ldxr x1, [sp]
        ldaxr x1, [sp]
        stlr x1, [sp]
        ldar x1, [sp]
        stxp w9, w1, w2, [x3]
        stlxp w9, w1, w2, [x3]
        ldxp w1, w2, [sp]
        ldaxp w1, w2, [sp]
        stxp w9, x1, x2, [x3]
        stlxp w9, x1, x2, [x3]
        ldxp x1, x2, [sp]
        ldaxp x1, x2, [sp]

// literal
        ldr w1, start
        ldr x1, start
        ldrsw x1, start
        prfm pldl1keep, start

// pair
        stnp w1, w2, [x3, #-256]
        ldnp w1, w2, [x3, #-256]
        stp w1, w2, [sp]
        stp w1, w2, [x3, #252]
        stp w1, w2, [x3], #-4
        stp w1, w2, [sp, #-8]!
        ldp w1, w2, [sp]
        ldp w1, w2, [x3, #252]
        ldp w1, w2, [x3], #-4
        ldp w1, w2, [sp, #-8]!
        stnp x1, x2, [x3, #-512]
        ldnp x1, x2, [x3, #-512]
        stp x1, x2, [sp]
        stp x1, x2, [x3, #504]
        stp x1, x2, [x3], #-8
        stp x1, x2, [sp, #-16]!
        ldp x1, x2, [sp]
        ldp x1, x2, [x3, #504]
        ldp x1, x2, [x3], #-8
        ldp x1, x2, [sp, #-16]!
        ldpsw x1, x2, [x3, #4]
        ldpsw x1, x2, [x3], #-256
        ldpsw x1, x2, [x3, #252]!

// one register
        sturb w1, [x2, #-256]
        sturb w1, [sp, #255]
        sttrb w1, [x2, #-1]
        strb w1, [x2], #-256
        strb w1, [sp, #255]!
        strb w1, [x2]
        strb wzr, [sp, #4095]
        strb w1, [x2, x3]
        strb w1, [sp, w3, uxtw]
        strb w1, [x2, x3, lsl #0]
        strb w1, [x2, w3, uxtw #0]
        strb w1, [x2, w3, sxtw #0]
        strb w1, [x2, x3, sxtx #0]
        ldurb w1, [x2, #-256]
        ldurb w1, [sp, #255]
        ldtrb w1, [x2, #-1]
        ldrb w1, [x2], #-256
        ldrb w1, [sp, #255]!
        ldrb w1, [x2]
        ldrb wzr, [sp, #4095]
        ldrb w1, [x2, x3]
        ldrb w1, [sp, w3, uxtw]
        ldrb w1, [x2, x3, lsl #0]
        ldrb w1, [x2, w3, uxtw #0]
        ldrb w1, [x2, w3, sxtw #0]
        ldrb w1, [x2, x3, sxtx #0]
        ldursb x1, [x2, #-256]
        ldursb x1, [sp, #255]
        ldtrsb x1, [x2, #-1]
        ldrsb x1, [x2], #-256
        ldrsb x1, [sp, #255]!
        ldrsb x1, [x2]
        ldrsb xzr, [sp, #4095]
        ldrsb x1, [x2, x3]
        ldrsb x1, [sp, w3, uxtw]
        ldrsb x1, [x2, x3, lsl #0]
        ldrsb x1, [x2, w3, uxtw #0]
        ldrsb x1, [x2, w3, sxtw #0]
        ldrsb x1, [x2, x3, sxtx #0]
        ldursb w1, [x2, #-256]
        ldursb w1, [sp, #255]
        ldtrsb w1, [x2, #-1]
        ldrsb w1, [x2], #-256
        ldrsb w1, [sp, #255]!
        ldrsb w1, [x2]
        ldrsb wzr, [sp, #4095]
        ldrsb w1, [x2, x3]
        ldrsb w1, [sp, w3, uxtw]
        ldrsb w1, [x2, x3, lsl #0]
        ldrsb w1, [x2, w3, uxtw #0]
        ldrsb w1, [x2, w3, sxtw #0]
        ldrsb w1, [x2, x3, sxtx #0]
        sturh w1, [x2, #-256]
        sturh w1, [sp, #255]
        sttrh w1, [x2, #-1]
        strh w1, [x2], #-256
        strh w1, [sp, #255]!
        strh w1, [x2]
        strh wzr, [sp, #8190]
        strh w1, [x2, x3]
        strh w1, [sp, w3, uxtw]
        strh w1, [x2, x3, lsl #1]
        strh w1, [x2, w3, uxtw #1]
        strh w1, [x2, w3, sxtw #1]
        strh w1, [x2, x3, sxtx #1]
        ldurh w1, [x2, #-256]
        ldurh w1, [sp, #255]
        ldtrh w1, [x2, #-1]
        ldrh w1, [x2], #-256
        ldrh w1, [sp, #255]!
        ldrh w1, [x2]
        ldrh wzr, [sp, #8190]
        ldrh w1, [x2, x3]
        ldrh w1, [sp, w3, uxtw]
        ldrh w1, [x2, x3, lsl #1]
        ldrh w1, [x2, w3, uxtw #1]
        ldrh w1, [x2, w3, sxtw #1]
        ldrh w1, [x2, x3, sxtx #1]
        ldursh x1, [x2, #-256]
        ldursh x1, [sp, #255]
        ldtrsh x1, [x2, #-1]
        ldrsh x1, [x2], #-256
        ldrsh x1, [sp, #255]!
        ldrsh x1, [x2]
        ldrsh xzr, [sp, #8190]
        ldrsh x1, [x2, x3]
        ldrsh x1, [sp, w3, uxtw]
        ldrsh x1, [x2, x3, lsl #1]
        ldrsh x1, [x2, w3, uxtw #1]
        ldrsh x1, [x2, w3, sxtw #1]
        ldrsh x1, [x2, x3, sxtx #1]
        ldursh w1, [x2, #-256]
        ldursh w1, [sp, #255]
        ldtrsh w1, [x2, #-1]
        ldrsh w1, [x2], #-256
        ldrsh w1, [sp, #255]!
        ldrsh w1, [x2]
        ldrsh wzr, [sp, #8190]
        ldrsh w1, [x2, x3]
        ldrsh w1, [sp, w3, uxtw]
        ldrsh w1, [x2, x3, lsl #1]
        ldrsh w1, [x2, w3, uxtw #1]
        ldrsh w1, [x2, w3, sxtw #1]
        ldrsh w1, [x2, x3, sxtx #1]
        stur w1, [x2, #-256]
        stur w1, [sp, #255]
        sttr w1, [x2, #-1]
        str w1, [x2], #-256
        str w1, [sp, #255]!
        str w1, [x2]
        str wzr, [sp, #16380]
        str w1, [x2, x3]
        str w1, [sp, w3, uxtw]
        str w1, [x2, x3, lsl #2]
        str w1, [x2, w3, uxtw #2]
        str w1, [x2, w3, sxtw #2]
        str w1, [x2, x3, sxtx #2]
        ldur w1, [x2, #-256]
        ldur w1, [sp, #255]
        ldtr w1, [x2, #-1]
        ldr w1, [x2], #-256
        ldr w1, [sp, #255]!
        ldr w1, [x2]
        ldr wzr, [sp, #16380]
        ldr w1, [x2, x3]
        ldr w1, [sp, w3, uxtw]
        ldr w1, [x2, x3, lsl #2]
        ldr w1, [x2, w3, uxtw #2]
        ldr w1, [x2, w3, sxtw #2]
        ldr w1, [x2, x3, sxtx #2]
        ldursw x1, [x2, #-256]
        ldursw x1, [sp, #255]
        ldtrsw x1, [x2, #-1]
        ldrsw x1, [x2], #-256
        ldrsw x1, [sp, #255]!
        ldrsw x1, [x2]
        ldrsw xzr, [sp, #16380]
        ldrsw x1, [x2, x3]
        ldrsw x1, [sp, w3, uxtw]
        ldrsw x1, [x2, x3, lsl #2]
        ldrsw x1, [x2, w3, uxtw #2]
        ldrsw x1, [x2, w3, sxtw #2]
        ldrsw x1, [x2, x3, sxtx #2]
        stur x1, [x2, #-256]
        stur x1, [sp, #255]
        sttr x1, [x2, #-1]
        str x1, [x2], #-256
        str x1, [sp, #255]!
        str x1, [x2]
        str xzr, [sp, #32760]
        str x1, [x2, x3]
        str x1, [sp, w3, uxtw]
        str x1, [x2, x3, lsl #3]
        str x1, [x2, w3, uxtw #3]
        str x1, [x2, w3, sxtw #3]
        str x1, [x2, x3, sxtx #3]
        ldur x1, [x2, #-256]
        ldur x1, [sp, #255]
        ldtr x1, [x2, #-1]
        ldr x1, [x2], #-256
        ldr x1, [sp, #255]!
        ldr x1, [x2]
        ldr xzr, [sp, #32760]
        ldr x1, [x2, x3]
        ldr x1, [sp, w3, uxtw]
        ldr x1, [x2, x3, lsl #3]
        ldr x1, [x2, w3, uxtw #3]
        ldr x1, [x2, w3, sxtw #3]
        ldr x1, [x2, x3, sxtx #3]
        prfm pldl1keep, [x1]
        prfm pstl3strm, [x1, #32760]
        prfm pldl2keep, [x1, x2, lsl #3]
        prfum pldl1keep, [x1, #-8]

// debug state and halting
        hlt #0x1234
        dcps1 #1
        dcps2 #2
        dcps3 #3
        drps

// PSTATE fields of later extensions
        msr pan, #1
        .inst 0xd500417f // msr uao, #1

// atomic memory operations
        ldaddb w1, w2, [x3]
        ldaddh w4, w5, [sp]
        ldadd w6, w7, [x8]
        ldadd x9, x10, [x30]
        ldaddab w1, w2, [x3]
        ldaddah w4, w5, [sp]
        ldadda w6, w7, [x8]
        ldadda x9, x10, [x30]
        ldaddlb w1, w2, [x3]
        ldaddlh w4, w5, [sp]
        ldaddl w6, w7, [x8]
        ldaddl x9, x10, [x30]
        ldaddalb w1, w2, [x3]
        ldaddalh w4, w5, [sp]
        ldaddal w6, w7, [x8]
        ldaddal x9, x10, [x30]
        ldclrb w1, w2, [x3]
        ldclrh w4, w5, [sp]
        ldclr w6, w7, [x8]
        ldclr x9, x10, [x30]
        ldclrab w1, w2, [x3]
        ldclrah w4, w5, [sp]
        ldclra w6, w7, [x8]
        ldclra x9, x10, [x30]
        ldclrlb w1, w2, [x3]
        ldclrlh w4, w5, [sp]
        ldclrl w6, w7, [x8]
        ldclrl x9, x10, [x30]
        ldclralb w1, w2, [x3]
        ldclralh w4, w5, [sp]
        ldclral w6, w7, [x8]
        ldclral x9, x10, [x30]
        ldeorb w1, w2, [x3]
        ldeorh w4, w5, [sp]
        ldeor w6, w7, [x8]
        ldeor x9, x10, [x30]
        ldeorab w1, w2, [x3]
        ldeorah w4, w5, [sp]
        ldeora w6, w7, [x8]
        ldeora x9, x10, [x30]
        ldeorlb w1, w2, [x3]
        ldeorlh w4, w5, [sp]
        ldeorl w6, w7, [x8]
        ldeorl x9, x10, [x30]
        ldeoralb w1, w2, [x3]
        ldeoralh w4, w5, [sp]
        ldeoral w6, w7, [x8]
        ldeoral x9, x10, [x30]
        ldsetb w1, w2, [x3]
        ldseth w4, w5, [sp]
        ldset w6, w7, [x8]
        ldset x9, x10, [x30]
        ldsetab w1, w2, [x3]
        ldsetah w4, w5, [sp]
        ldseta w6, w7, [x8]
        ldseta x9, x10, [x30]
        ldsetlb w1, w2, [x3]
        ldsetlh w4, w5, [sp]
        ldsetl w6, w7, [x8]
        ldsetl x9, x10, [x30]
        ldsetalb w1, w2, [x3]
        ldsetalh w4, w5, [sp]
        ldsetal w6, w7, [x8]
        ldsetal x9, x10, [x30]
        ldsmaxb w1, w2, [x3]
        ldsmaxh w4, w5, [sp]
        ldsmax w6, w7, [x8]
        ldsmax x9, x10, [x30]
        ldsmaxab w1, w2, [x3]
        ldsmaxah w4, w5, [sp]
        ldsmaxa w6, w7, [x8]
        ldsmaxa x9, x10, [x30]
        ldsmaxlb w1, w2, [x3]
        ldsmaxlh w4, w5, [sp]
        ldsmaxl w6, w7, [x8]
        ldsmaxl x9, x10, [x30]
        ldsmaxalb w1, w2, [x3]
        ldsmaxalh w4, w5, [sp]
        ldsmaxal w6, w7, [x8]
        ldsmaxal x9, x10, [x30]
        ldsminb w1, w2, [x3]
        ldsminh w4, w5, [sp]
        ldsmin w6, w7, [x8]
        ldsmin x9, x10, [x30]
        ldsminab w1, w2, [x3]
        ldsminah w4, w5, [sp]
        ldsmina w6, w7, [x8]
        ldsmina x9, x10, [x30]
        ldsminlb w1, w2, [x3]
        ldsminlh w4, w5, [sp]
        ldsminl w6, w7, [x8]
        ldsminl x9, x10, [x30]
        ldsminalb w1, w2, [x3]
        ldsminalh w4, w5, [sp]
        ldsminal w6, w7, [x8]
        ldsminal x9, x10, [x30]
        ldumaxb w1, w2, [x3]
        ldumaxh w4, w5, [sp]
        ldumax w6, w7, [x8]
        ldumax x9, x10, [x30]
        ldumaxab w1, w2, [x3]
        ldumaxah w4, w5, [sp]
        ldumaxa w6, w7, [x8]
        ldumaxa x9, x10, [x30]
        ldumaxlb w1, w2, [x3]
        ldumaxlh w4, w5, [sp]
        ldumaxl w6, w7, [x8]
        ldumaxl x9, x10, [x30]
        ldumaxalb w1, w2, [x3]
        ldumaxalh w4, w5, [sp]
        ldumaxal w6, w7, [x8]
        ldumaxal x9, x10, [x30]
        lduminb w1, w2, [x3]
        lduminh w4, w5, [sp]
        ldumin w6, w7, [x8]
        ldumin x9, x10, [x30]
        lduminab w1, w2, [x3]
        lduminah w4, w5, [sp]
        ldumina w6, w7, [x8]
        ldumina x9, x10, [x30]
        lduminlb w1, w2, [x3]
        lduminlh w4, w5, [sp]
        lduminl w6, w7, [x8]
        lduminl x9, x10, [x30]
        lduminalb w1, w2, [x3]
        lduminalh w4, w5, [sp]
        lduminal w6, w7, [x8]
        lduminal x9, x10, [x30]
        swpb w1, w2, [x3]
        swph w4, w5, [sp]
        swp w6, w7, [x8]
        swp x9, x10, [x30]
        swpab w1, w2, [x3]
        swpah w4, w5, [sp]
        swpa w6, w7, [x8]
        swpa x9, x10, [x30]
        swplb w1, w2, [x3]
        swplh w4, w5, [sp]
        swpl w6, w7, [x8]
        swpl x9, x10, [x30]
        swpalb w1, w2, [x3]
        swpalh w4, w5, [sp]
        swpal w6, w7, [x8]
        swpal x9, x10, [x30]
        ldadd xzr, x1, [x2]
        stadd x1, [x2]
        swpal x3, xzr, [x4]

// compare and swap
        casb w1, w2, [x3]
        cash w4, w5, [sp]
        cas w6, w7, [x8]
        cas x9, x10, [x30]
        casp w2, w3, w4, w5, [x6]
        casp x8, x9, x10, x11, [sp]
        casab w1, w2, [x3]
        casah w4, w5, [sp]
        casa w6, w7, [x8]
        casa x9, x10, [x30]
        caspa w2, w3, w4, w5, [x6]
        caspa x8, x9, x10, x11, [sp]
        caslb w1, w2, [x3]
        caslh w4, w5, [sp]
        casl w6, w7, [x8]
        casl x9, x10, [x30]
        caspl w2, w3, w4, w5, [x6]
        caspl x8, x9, x10, x11, [sp]
        casalb w1, w2, [x3]
        casalh w4, w5, [sp]
        casal w6, w7, [x8]
        casal x9, x10, [x30]
        caspal w2, w3, w4, w5, [x6]
        caspal x8, x9, x10, x11, [sp]
