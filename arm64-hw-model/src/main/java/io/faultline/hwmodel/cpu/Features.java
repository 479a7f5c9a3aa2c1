/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

/** What the identification registers say, and which bits of control registers exist because of it. */
final class Features {
    /** Implementer 0 (reserved for software), architecture by ID registers. */
    static final long MIDR = 0x000F_0000L;
    /**
     * EL0 and EL1 AArch64 only, no EL2 and EL3 for the guest, no FP and Advanced SIMD (0xF), GIC system registers,
     * branch predictors and speculation are safe (CSV2, CSV3).
     */
    static final long PFR0 = 0x1100_0000_01FF_0011L;
    /** Armv8 debug, 2 breakpoints, 2 watchpoints, no PMU. */
    static final long DFR0 = 0x10_1006L;
    /** CRC32. */
    static final long ISAR0 = 0x1_0000L;
    /** 48-bit addresses, 16-bit ASID; no granule: there is no stage 1 translation (TGran4, TGran64 0xF, TGran16 0). */
    static final long MMFR0 = 0xFF00_0025L;
    /** 64-byte lines, instruction caches need no invalidation and data caches no cleaning (DIC, IDC). */
    static final long CTR = 0xB444_C004L;
    /** DC ZVA zeroes 64 bytes. */
    static final long DCZID_BLOCK = 4;
    /** DC ZVA is prohibited. */
    static final long DCZID_PROHIBITED = 1L << 4;

    /** RES1 bits, stack alignment checks on, WFI and WFE not trapped. */
    static final long SCTLR_EL1_RESET =
            0x30D0_0800L | Bits.SCTLR_SA | Bits.SCTLR_SA0 | Bits.SCTLR_NTWI | Bits.SCTLR_NTWE;
    /** A, C, SA, SA0, UMA, I, DZE, UCT, nTWI, nTWE, WXN, UCI. M does not exist: there is no stage 1 translation. */
    static final long SCTLR_EL1_WRITABLE = 1L << 1
            | 1L << 2
            | Bits.SCTLR_SA
            | Bits.SCTLR_SA0
            | Bits.SCTLR_UMA
            | 1L << 12
            | Bits.SCTLR_DZE
            | Bits.SCTLR_UCT
            | Bits.SCTLR_NTWI
            | Bits.SCTLR_NTWE
            | 1L << 19
            | Bits.SCTLR_UCI;
    /** RES1 bits. */
    static final long SCTLR_EL2_RESET = 0x30C5_0830L;
    /** Everything but RES0 bits of Armv8.0. */
    static final long TCR_EL1_WRITABLE = 0x0000_007F_FFFF_FFFFL & ~(1L << 6);
    /** SS, ERR, TDCC, KDE, HDE, MDE, RXfull and TXfull. */
    static final long MDSCR_EL1_WRITABLE =
            1L | 1L << 6 | 1L << 12 | 1L << 13 | 1L << 14 | 1L << 15 | 1L << 29 | 1L << 30;
    /** OS lock implemented and locked. */
    static final long OSLSR_EL1_RESET = 0xA;
    /** OSLK, bit 1. */
    static final long OSLSR_OSLK = 2;
    /** Bits of HCR_EL2 with an effect here, and the interrupt routing bits, which the guest's own GIC makes moot. */
    static final long HCR_EL2_WRITABLE = Bits.HCR_VM
            | 7L << 3
            | Bits.HCR_TWI
            | Bits.HCR_TWE
            | Bits.HCR_TID1
            | Bits.HCR_TID2
            | Bits.HCR_TID3
            | Bits.HCR_TSC
            | Bits.HCR_TACR
            | Bits.HCR_TSW
            | Bits.HCR_TPC
            | Bits.HCR_TPU
            | Bits.HCR_TTLB
            | Bits.HCR_TVM
            | Bits.HCR_TDZ
            | Bits.HCR_HCD
            | Bits.HCR_TRVM;
    /** EL1 is AArch64, stage 2 is on, SMC is trapped. */
    static final long HCR_EL2_RESET = Bits.HCR_RW | Bits.HCR_VM | Bits.HCR_TSC;
    /** RES1 bits. */
    static final long CPTR_EL2_RESET = 0x33FF;

    private Features() {}
}
