/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.decode;

/** What the instructions do; one constant for encodings that differ only in operand size. */
public enum Operation {
    /** ADR. */
    ADR,
    /** ADRP. */
    ADRP,
    /** ADD, immediate. */
    ADD_IMMEDIATE,
    /** ADDS, immediate. */
    ADDS_IMMEDIATE,
    /** SUB, immediate. */
    SUB_IMMEDIATE,
    /** SUBS, immediate. */
    SUBS_IMMEDIATE,
    /** AND, immediate. */
    AND_IMMEDIATE,
    /** ORR, immediate. */
    ORR_IMMEDIATE,
    /** EOR, immediate. */
    EOR_IMMEDIATE,
    /** ANDS, immediate. */
    ANDS_IMMEDIATE,
    /** MOVN. */
    MOVN,
    /** MOVZ. */
    MOVZ,
    /** MOVK. */
    MOVK,
    /** SBFM. */
    SBFM,
    /** BFM. */
    BFM,
    /** UBFM. */
    UBFM,
    /** EXTR. */
    EXTR,
    /** B.cond. */
    B_COND,
    /** B. */
    B,
    /** BL. */
    BL,
    /** CBZ. */
    CBZ,
    /** CBNZ. */
    CBNZ,
    /** TBZ. */
    TBZ,
    /** TBNZ. */
    TBNZ,
    /** BR. */
    BR,
    /** BLR. */
    BLR,
    /** RET. */
    RET,
    /** ERET. */
    ERET,
    /** SVC. */
    SVC,
    /** HVC. */
    HVC,
    /** SMC. */
    SMC,
    /** BRK. */
    BRK,
    /** HLT, which is UNDEFINED while halting debug is not allowed. */
    HLT,
    /** DCPS1 to DCPS3, for Debug state. */
    DCPS,
    /** DRPS, for Debug state. */
    DRPS,
    /** MSR PAN, #imm. */
    MSR_PAN,
    /** MSR UAO, #imm. */
    MSR_UAO,
    /** MSR SPSel, #imm. */
    MSR_SPSEL,
    /** MSR DAIFSet, #imm. */
    MSR_DAIFSET,
    /** MSR DAIFClr, #imm. */
    MSR_DAIFCLR,
    /** WFE. */
    WFE,
    /** WFI. */
    WFI,
    /** SEV. */
    SEV,
    /** SEVL. */
    SEVL,
    /** Hints without effect here, those of absent features included. */
    HINT,
    /** CLREX. */
    CLREX,
    /** DSB. */
    DSB,
    /** DMB. */
    DMB,
    /** ISB. */
    ISB,
    /** SYS. */
    SYS,
    /** SYSL. */
    SYSL,
    /** MSR from a register. */
    MSR,
    /** MRS. */
    MRS,
    /** UDIV. */
    UDIV,
    /** SDIV. */
    SDIV,
    /** LSLV. */
    LSLV,
    /** LSRV. */
    LSRV,
    /** ASRV. */
    ASRV,
    /** RORV. */
    RORV,
    /** CRC32B to CRC32X. */
    CRC32,
    /** CRC32CB to CRC32CX. */
    CRC32C,
    /** RBIT. */
    RBIT,
    /** REV16. */
    REV16,
    /** Reverses all bytes of the register. */
    REV,
    /** REV32. */
    REV32,
    /** CLZ. */
    CLZ,
    /** CLS. */
    CLS,
    /** AND, shifted register. */
    AND_SHIFTED,
    /** BIC, shifted register. */
    BIC_SHIFTED,
    /** ORR, shifted register. */
    ORR_SHIFTED,
    /** ORN, shifted register. */
    ORN_SHIFTED,
    /** EOR, shifted register. */
    EOR_SHIFTED,
    /** EON, shifted register. */
    EON_SHIFTED,
    /** ANDS, shifted register. */
    ANDS_SHIFTED,
    /** BICS, shifted register. */
    BICS_SHIFTED,
    /** ADD, shifted register. */
    ADD_SHIFTED,
    /** ADDS, shifted register. */
    ADDS_SHIFTED,
    /** SUB, shifted register. */
    SUB_SHIFTED,
    /** SUBS, shifted register. */
    SUBS_SHIFTED,
    /** ADD, extended register. */
    ADD_EXTENDED,
    /** ADDS, extended register. */
    ADDS_EXTENDED,
    /** SUB, extended register. */
    SUB_EXTENDED,
    /** SUBS, extended register. */
    SUBS_EXTENDED,
    /** ADC. */
    ADC,
    /** ADCS. */
    ADCS,
    /** SBC. */
    SBC,
    /** SBCS. */
    SBCS,
    /** CCMN, register. */
    CCMN_REGISTER,
    /** CCMP, register. */
    CCMP_REGISTER,
    /** CCMN, immediate. */
    CCMN_IMMEDIATE,
    /** CCMP, immediate. */
    CCMP_IMMEDIATE,
    /** CSEL. */
    CSEL,
    /** CSINC. */
    CSINC,
    /** CSINV. */
    CSINV,
    /** CSNEG. */
    CSNEG,
    /** MADD. */
    MADD,
    /** MSUB. */
    MSUB,
    /** SMADDL. */
    SMADDL,
    /** SMSUBL. */
    SMSUBL,
    /** SMULH. */
    SMULH,
    /** UMADDL. */
    UMADDL,
    /** UMSUBL. */
    UMSUBL,
    /** UMULH. */
    UMULH,
    /** STXR, STLXR and siblings. */
    STORE_EXCLUSIVE,
    /** LDXR, LDAXR and siblings. */
    LOAD_EXCLUSIVE,
    /** STXP, STLXP. */
    STORE_EXCLUSIVE_PAIR,
    /** LDXP, LDAXP. */
    LOAD_EXCLUSIVE_PAIR,
    /** LDADD, LDCLR, LDEOR, LDSET, LDSMAX, LDSMIN, LDUMAX, LDUMIN and SWP. */
    ATOMIC,
    /** CAS. */
    COMPARE_AND_SWAP,
    /** CASP. */
    COMPARE_AND_SWAP_PAIR,
    /** STLR and siblings. */
    STORE_RELEASE,
    /** LDAR and siblings. */
    LOAD_ACQUIRE,
    /** LDR and LDRSW, PC-relative. */
    LOAD_LITERAL,
    /** PRFM and PRFUM. */
    PREFETCH,
    /** LDP, STP, LDPSW, LDNP, STNP. */
    PAIR_OFFSET,
    /** Pair, post-indexed. */
    PAIR_POST,
    /** Pair, pre-indexed. */
    PAIR_PRE,
    /** LDUR, STUR and siblings. */
    ACCESS_UNSCALED,
    /** One register, post-indexed. */
    ACCESS_POST,
    /** LDTR, STTR and siblings. */
    ACCESS_UNPRIVILEGED,
    /** One register, pre-indexed. */
    ACCESS_PRE,
    /** One register, register offset. */
    ACCESS_REGISTER,
    /** One register, unsigned immediate offset. */
    ACCESS_UNSIGNED,
    /** No instruction: no row of the table matches. */
    UNDEFINED
}
