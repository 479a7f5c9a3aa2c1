/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

/** Bits of control registers, by the names of the Arm ARM. */
final class Bits {
    /** HCR_EL2: stage 2 translation. */
    static final long HCR_VM = 1L;
    /** HCR_EL2: physical FIQs go to EL2, virtual ones exist. */
    static final long HCR_FMO = 1L << 3;
    /** HCR_EL2: physical IRQs go to EL2, virtual ones exist. */
    static final long HCR_IMO = 1L << 4;
    /** HCR_EL2: physical SErrors go to EL2, virtual ones exist. */
    static final long HCR_AMO = 1L << 5;
    /** HCR_EL2: a virtual FIQ is pending. */
    static final long HCR_VF = 1L << 6;
    /** HCR_EL2: a virtual IRQ is pending. */
    static final long HCR_VI = 1L << 7;
    /** HCR_EL2: a virtual SError is pending. */
    static final long HCR_VSE = 1L << 8;
    /** HCR_EL2: trap WFI. */
    static final long HCR_TWI = 1L << 13;
    /** HCR_EL2: trap WFE. */
    static final long HCR_TWE = 1L << 14;
    /** HCR_EL2: trap ID group 1. */
    static final long HCR_TID1 = 1L << 16;
    /** HCR_EL2: trap ID group 2. */
    static final long HCR_TID2 = 1L << 17;
    /** HCR_EL2: trap ID group 3. */
    static final long HCR_TID3 = 1L << 18;
    /** HCR_EL2: trap SMC. */
    static final long HCR_TSC = 1L << 19;
    /** HCR_EL2: trap what is left to the implementation, CRn 11 and 15. */
    static final long HCR_TIDCP = 1L << 20;
    /** HCR_EL2: trap ACTLR_EL1. */
    static final long HCR_TACR = 1L << 21;
    /** HCR_EL2: trap data cache maintenance by set and way. */
    static final long HCR_TSW = 1L << 22;
    /** HCR_EL2: trap cache maintenance to the point of coherency. */
    static final long HCR_TPC = 1L << 23;
    /** HCR_EL2: trap cache maintenance to the point of unification. */
    static final long HCR_TPU = 1L << 24;
    /** HCR_EL2: trap TLB maintenance. */
    static final long HCR_TTLB = 1L << 25;
    /** HCR_EL2: trap writes of virtual memory controls. */
    static final long HCR_TVM = 1L << 26;
    /** HCR_EL2: EL0 belongs to EL2, its exceptions go there. */
    static final long HCR_TGE = 1L << 27;
    /** HCR_EL2: trap DC ZVA. */
    static final long HCR_TDZ = 1L << 28;
    /** HCR_EL2: HVC is UNDEFINED. */
    static final long HCR_HCD = 1L << 29;
    /** HCR_EL2: trap reads of virtual memory controls. */
    static final long HCR_TRVM = 1L << 30;
    /** HCR_EL2: EL1 is AArch64; there is nothing else. */
    static final long HCR_RW = 1L << 31;
    /** HCR_EL2: EL2 runs a host operating system (FEAT_VHE). */
    static final long HCR_E2H = 1L << 34;
    /** HCR_EL2: EL0 runs under a host operating system at EL2. */
    static final long HCR_HOST = HCR_E2H | HCR_TGE;
    /** CPTR_EL2: trap CPACR_EL1. */
    static final long CPTR_TCPAC = 1L << 31;
    /** MDCR_EL2: debug exceptions go to EL2. */
    static final long MDCR_TDE = 1L << 8;
    /** MDCR_EL2: trap debug registers. */
    static final long MDCR_TDA = 1L << 9;
    /** MDCR_EL2: trap OS lock registers. */
    static final long MDCR_TDOSA = 1L << 10;
    /** MDCR_EL2: trap debug ROM registers. */
    static final long MDCR_TDRA = 1L << 11;
    /** MDSCR_EL1: software step. */
    static final long MDSCR_SS = 1;
    /** MDSCR_EL1: EL0 may not use the debug communications channel. */
    static final long MDSCR_TDCC = 1L << 12;
    /** MDSCR_EL1: debug exceptions from the level that takes them. */
    static final long MDSCR_KDE = 1L << 13;
    /** CNTHCTL_EL2: EL1 and EL0 may read the physical counter. */
    static final long CNTHCTL_EL1PCTEN = 1;
    /** CNTHCTL_EL2: EL1 and EL0 may use the physical timer. */
    static final long CNTHCTL_EL1PCEN = 2;
    /** CNTKCTL_EL1: EL0 may read the physical counter. */
    static final long CNTKCTL_EL0PCTEN = 1;
    /** CNTKCTL_EL1: EL0 may read the virtual counter. */
    static final long CNTKCTL_EL0VCTEN = 2;
    /** CNTKCTL_EL1: EL0 may use the virtual timer. */
    static final long CNTKCTL_EL0VTEN = 1L << 8;
    /** CNTKCTL_EL1: EL0 may use the physical timer. */
    static final long CNTKCTL_EL0PTEN = 1L << 9;
    /** CNTHCTL_EL2 with HCR_EL2.E2H: where the two bits above are then. */
    static final int CNTHCTL_HOST_SHIFT = 10;
    /** SCTLR_EL1: check the stack pointer at EL1. */
    static final long SCTLR_SA = 1L << 3;
    /** SCTLR_EL1: check the stack pointer at EL0. */
    static final long SCTLR_SA0 = 1L << 4;
    /** SCTLR_EL1: EL0 may change DAIF. */
    static final long SCTLR_UMA = 1L << 9;
    /** SCTLR_EL1: EL0 may use DC ZVA. */
    static final long SCTLR_DZE = 1L << 14;
    /** SCTLR_EL1: EL0 may read CTR_EL0. */
    static final long SCTLR_UCT = 1L << 15;
    /** SCTLR_EL1: EL0 may use WFI. */
    static final long SCTLR_NTWI = 1L << 16;
    /** SCTLR_EL1: EL0 may use WFE. */
    static final long SCTLR_NTWE = 1L << 18;
    /** SCTLR_EL1: exceptions leave PSTATE.PAN as it is. */
    static final long SCTLR_SPAN = 1L << 23;
    /** SCTLR_EL1: EL0 may maintain caches. */
    static final long SCTLR_UCI = 1L << 26;

    private Bits() {}
}
