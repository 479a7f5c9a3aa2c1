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
     * EL0 and EL1 AArch64 only, no FP and Advanced SIMD (0xF), GIC system registers, branch predictors and speculation
     * are safe (CSV2, CSV3).
     */
    static final long PFR0 = 0x1100_0000_01FF_0011L;
    /** EL2 and EL3 AArch64 only, for a guest that has EL2. */
    static final long PFR0_LEVELS = 0x1100L;
    /** Armv8 debug, 2 breakpoints, 2 watchpoints, no PMU. */
    static final long DFR0 = 0x10_1006L;
    /** For a guest that has EL2 with FEAT_VHE, which changes what debug exceptions do: DebugVer 7 instead of 6. */
    static final long DFR0_HOST = 1;
    /** CRC32 and FEAT_LSE. */
    static final long ISAR0 = 0x21_0000L;
    /** 48-bit addresses, 16-bit ASID, granules of 4, 16 and 64 KiB. */
    static final long MMFR0 = 0x0010_0025L;
    /** FEAT_PAN. */
    static final long MMFR1 = 0x10_0000L;
    /** FEAT_VHE, for a guest that has EL2. */
    static final long MMFR1_HOST = 0x100L;
    /** FEAT_UAO. */
    static final long MMFR2 = 0x10L;
    /** 64-byte lines, instruction caches need no invalidation and data caches no cleaning (DIC, IDC). */
    static final long CTR = 0xB444_C004L;
    /** DC ZVA zeroes 64 bytes. */
    static final long DCZID_BLOCK = 4;
    /** DC ZVA is prohibited. */
    static final long DCZID_PROHIBITED = 1L << 4;

    /** RES1 bits (ITD and SED among them, as EL0 is never AArch32), stack alignment checks on, WFI and WFE not trapped. */
    static final long SCTLR_EL1_RESET =
            0x30D0_0980L | Bits.SCTLR_SA | Bits.SCTLR_SA0 | Bits.SCTLR_NTWI | Bits.SCTLR_NTWE;
    /** M, A, C, SA, SA0, UMA, I, DZE, UCT, nTWI, nTWE, WXN, SPAN, UCI. */
    static final long SCTLR_EL1_WRITABLE = 1L
            | 1L << 1
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
            | Bits.SCTLR_SPAN
            | Bits.SCTLR_UCI;
    /** RES1 bits. */
    static final long SCTLR_EL2_RESET = 0x30C5_0830L;
    /** What has a meaning with or without HCR_EL2.E2H; a bit that is RES1 in one case only keeps what is written. */
    static final long SCTLR_EL2_WRITABLE = SCTLR_EL1_WRITABLE & ~Bits.SCTLR_UMA;
    /** As TCR_EL1 with HCR_EL2.E2H; without, a subset of its bits and RES1 in bits 31 and 23. */
    static final long TCR_EL2_RESET = 1L << 31 | 1L << 23;
    /** T0SZ, SL0, IRGN0, ORGN0, SH0, TG0 and PS. */
    static final long VTCR_EL2_WRITABLE = 0x7_FFFFL;
    /** RES1 bit. */
    static final long VTCR_EL2_RESET = 1L << 31;
    /** 8-bit VMID and base address. */
    static final long VTTBR_EL2_WRITABLE = 0x00FF_FFFF_FFFF_FFFEL;
    /** Everything but RES0 bits of Armv8.0. */
    static final long TCR_EL1_WRITABLE = 0x0000_007F_FFFF_FFFFL & ~(1L << 6);
    /** SS, ERR, TDCC, KDE, HDE, MDE, RXfull and TXfull. */
    static final long MDSCR_EL1_WRITABLE =
            1L | 1L << 6 | 1L << 12 | 1L << 13 | 1L << 14 | 1L << 15 | 1L << 29 | 1L << 30;
    /** OS lock implemented and locked. */
    static final long OSLSR_EL1_RESET = 0xA;
    /** OSLK, bit 1. */
    static final long OSLSR_OSLK = 2;
    /** Bits of HCR_EL2 with an effect below a Java EL2, and the interrupt routing bits, which the guest's own GIC makes moot. */
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
    /**
     * Bits of HCR_EL2 for a guest that has EL2: those of Armv8.0 and FEAT_VHE. RW is one as EL1 is never AArch32, HCD does
     * not exist next to EL3.
     */
    static final long HCR_EL2_GUEST_WRITABLE = 0x7_5FFF_7FFFL;
    /** HCR_EL2 at reset for a guest that has EL2. */
    static final long HCR_EL2_GUEST_RESET = Bits.HCR_RW;
    /** EL2 and below are Non-secure and AArch64, HVC is enabled, WFI and WFE trap. */
    static final long SCR_EL3_RESET = 1L | 1L << 8 | 1L << 10 | 1L << 12 | 1L << 13 | 3L << 4;
    /** RES1 bits without HCR_EL2.E2H. */
    static final long CPTR_EL2_RESET = 0x33FF;
    /** With and without HCR_EL2.E2H: TCPAC, TTA, TFP, FPEN and what is RES1 without. */
    static final long CPTR_EL2_WRITABLE = Bits.CPTR_TCPAC | 1L << 28 | 3L << 20 | 0x33FF | 1L << 10;

    private Features() {}
}
