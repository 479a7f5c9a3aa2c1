/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.arm64;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A system register that Faultline knows by name, with its encoding in MRS and MSR.
 *
 * <p>The list grows with the hardware model. An encoding that is not here is not an error of the guest: it is decided by
 * whoever executes the instruction.
 *
 * @since 0.1
 */
public enum SystemRegister implements Register {
    /** Main ID. */
    MIDR_EL1(3, 0, 0, 0, 0),
    /** Multiprocessor affinity. */
    MPIDR_EL1(3, 0, 0, 0, 5),
    /** Revision ID. */
    REVIDR_EL1(3, 0, 0, 0, 6),
    /** Auxiliary ID. */
    AIDR_EL1(3, 1, 0, 0, 7),
    /** Processor features 0. */
    ID_AA64PFR0_EL1(3, 0, 0, 4, 0),
    /** Processor features 1. */
    ID_AA64PFR1_EL1(3, 0, 0, 4, 1),
    /** Debug features 0. */
    ID_AA64DFR0_EL1(3, 0, 0, 5, 0),
    /** Debug features 1. */
    ID_AA64DFR1_EL1(3, 0, 0, 5, 1),
    /** Instruction set attributes 0. */
    ID_AA64ISAR0_EL1(3, 0, 0, 6, 0),
    /** Instruction set attributes 1. */
    ID_AA64ISAR1_EL1(3, 0, 0, 6, 1),
    /** Instruction set attributes 2. */
    ID_AA64ISAR2_EL1(3, 0, 0, 6, 2),
    /** Memory model features 0. */
    ID_AA64MMFR0_EL1(3, 0, 0, 7, 0),
    /** Memory model features 1. */
    ID_AA64MMFR1_EL1(3, 0, 0, 7, 1),
    /** Memory model features 2. */
    ID_AA64MMFR2_EL1(3, 0, 0, 7, 2),
    /** System control (EL1). */
    SCTLR_EL1(3, 0, 1, 0, 0),
    /** Auxiliary control (EL1). */
    ACTLR_EL1(3, 0, 1, 0, 1),
    /** Architectural feature access control. */
    CPACR_EL1(3, 0, 1, 0, 2),
    /** Translation table base 0 (EL1). */
    TTBR0_EL1(3, 0, 2, 0, 0),
    /** Translation table base 1 (EL1). */
    TTBR1_EL1(3, 0, 2, 0, 1),
    /** Translation control (EL1). */
    TCR_EL1(3, 0, 2, 0, 2),
    /** Saved program status (EL1). */
    SPSR_EL1(3, 0, 4, 0, 0),
    /** Exception link (EL1). */
    ELR_EL1(3, 0, 4, 0, 1),
    /** Stack pointer (EL0). */
    SP_EL0(3, 0, 4, 1, 0),
    /** Stack pointer select. */
    SPSEL(3, 0, 4, 2, 0),
    /** Current exception level. */
    CURRENTEL(3, 0, 4, 2, 2),
    /** Privileged access never. */
    PAN(3, 0, 4, 2, 3),
    /** User access override. */
    UAO(3, 0, 4, 2, 4),
    /** Interrupt priority mask. */
    ICC_PMR_EL1(3, 0, 4, 6, 0),
    /** Auxiliary fault status 0 (EL1). */
    AFSR0_EL1(3, 0, 5, 1, 0),
    /** Auxiliary fault status 1 (EL1). */
    AFSR1_EL1(3, 0, 5, 1, 1),
    /** Exception syndrome (EL1). */
    ESR_EL1(3, 0, 5, 2, 0),
    /** Fault address (EL1). */
    FAR_EL1(3, 0, 6, 0, 0),
    /** Physical address. */
    PAR_EL1(3, 0, 7, 4, 0),
    /** Memory attribute indirection (EL1). */
    MAIR_EL1(3, 0, 10, 2, 0),
    /** Auxiliary memory attribute indirection (EL1). */
    AMAIR_EL1(3, 0, 10, 3, 0),
    /** Vector base address (EL1). */
    VBAR_EL1(3, 0, 12, 0, 0),
    /** Interrupt status. */
    ISR_EL1(3, 0, 12, 1, 0),
    /** Interrupt acknowledge, group 0. */
    ICC_IAR0_EL1(3, 0, 12, 8, 0),
    /** End of interrupt, group 0. */
    ICC_EOIR0_EL1(3, 0, 12, 8, 1),
    /** Highest priority pending interrupt, group 0. */
    ICC_HPPIR0_EL1(3, 0, 12, 8, 2),
    /** Binary point, group 0. */
    ICC_BPR0_EL1(3, 0, 12, 8, 3),
    /** Active priorities, group 0. */
    ICC_AP0R0_EL1(3, 0, 12, 8, 4),
    /** Active priorities, group 1. */
    ICC_AP1R0_EL1(3, 0, 12, 9, 0),
    /** Deactivate interrupt. */
    ICC_DIR_EL1(3, 0, 12, 11, 1),
    /** Running priority. */
    ICC_RPR_EL1(3, 0, 12, 11, 3),
    /** Generate SGI, group 1. */
    ICC_SGI1R_EL1(3, 0, 12, 11, 5),
    /** Generate SGI, alias group 1. */
    ICC_ASGI1R_EL1(3, 0, 12, 11, 6),
    /** Generate SGI, group 0. */
    ICC_SGI0R_EL1(3, 0, 12, 11, 7),
    /** Interrupt acknowledge, group 1. */
    ICC_IAR1_EL1(3, 0, 12, 12, 0),
    /** End of interrupt, group 1. */
    ICC_EOIR1_EL1(3, 0, 12, 12, 1),
    /** Highest priority pending interrupt, group 1. */
    ICC_HPPIR1_EL1(3, 0, 12, 12, 2),
    /** Binary point, group 1. */
    ICC_BPR1_EL1(3, 0, 12, 12, 3),
    /** Interrupt controller control. */
    ICC_CTLR_EL1(3, 0, 12, 12, 4),
    /** System register enable. */
    ICC_SRE_EL1(3, 0, 12, 12, 5),
    /** Interrupt group 0 enable. */
    ICC_IGRPEN0_EL1(3, 0, 12, 12, 6),
    /** Interrupt group 1 enable. */
    ICC_IGRPEN1_EL1(3, 0, 12, 12, 7),
    /** Context ID (EL1). */
    CONTEXTIDR_EL1(3, 0, 13, 0, 1),
    /** Software thread ID (EL1). */
    TPIDR_EL1(3, 0, 13, 0, 4),
    /** Counter-timer kernel control. */
    CNTKCTL_EL1(3, 0, 14, 1, 0),
    /** Breakpoint value 0. */
    DBGBVR0_EL1(2, 0, 0, 0, 4),
    /** Breakpoint control 0. */
    DBGBCR0_EL1(2, 0, 0, 0, 5),
    /** Watchpoint value 0. */
    DBGWVR0_EL1(2, 0, 0, 0, 6),
    /** Watchpoint control 0. */
    DBGWCR0_EL1(2, 0, 0, 0, 7),
    /** Breakpoint value 1. */
    DBGBVR1_EL1(2, 0, 0, 1, 4),
    /** Breakpoint control 1. */
    DBGBCR1_EL1(2, 0, 0, 1, 5),
    /** Watchpoint value 1. */
    DBGWVR1_EL1(2, 0, 0, 1, 6),
    /** Watchpoint control 1. */
    DBGWCR1_EL1(2, 0, 0, 1, 7),
    /** Debug data transfer, receive, external view. */
    OSDTRRX_EL1(2, 0, 0, 0, 2),
    /** Debug communications channel interrupt enable. */
    MDCCINT_EL1(2, 0, 0, 2, 0),
    /** Debug data transfer, transmit, external view. */
    OSDTRTX_EL1(2, 0, 0, 3, 2),
    /** OS lock exception catch control. */
    OSECCR_EL1(2, 0, 0, 6, 2),
    /** Debug ROM address. */
    MDRAR_EL1(2, 0, 1, 0, 0),
    /** Debug power control. */
    DBGPRCR_EL1(2, 0, 1, 4, 4),
    /** Debug claim tag set. */
    DBGCLAIMSET_EL1(2, 0, 7, 8, 6),
    /** Debug claim tag clear. */
    DBGCLAIMCLR_EL1(2, 0, 7, 9, 6),
    /** Debug authentication status. */
    DBGAUTHSTATUS_EL1(2, 0, 7, 14, 6),
    /** Debug communications channel status. */
    MDCCSR_EL0(2, 3, 0, 1, 0),
    /** Debug data transfer, half-duplex. */
    DBGDTR_EL0(2, 3, 0, 4, 0),
    /** Debug data transfer, receive when read and transmit when written. */
    DBGDTRRX_EL0(2, 3, 0, 5, 0),
    /** Monitor debug system control. */
    MDSCR_EL1(2, 0, 0, 2, 2),
    /** OS lock access. */
    OSLAR_EL1(2, 0, 1, 0, 4),
    /** OS lock status. */
    OSLSR_EL1(2, 0, 1, 1, 4),
    /** OS double lock. */
    OSDLR_EL1(2, 0, 1, 3, 4),
    /** Cache level ID. */
    CLIDR_EL1(3, 1, 0, 0, 1),
    /** Current cache size ID. */
    CCSIDR_EL1(3, 1, 0, 0, 0),
    /** Cache size selection. */
    CSSELR_EL1(3, 2, 0, 0, 0),
    /** Cache type. */
    CTR_EL0(3, 3, 0, 0, 1),
    /** Data cache zero ID. */
    DCZID_EL0(3, 3, 0, 0, 7),
    /** Condition flags. */
    NZCV(3, 3, 4, 2, 0),
    /** Interrupt masks. */
    DAIF(3, 3, 4, 2, 1),
    /** Data independent timing. */
    DIT(3, 3, 4, 2, 5),
    /** Speculative store bypass safe. */
    SSBS(3, 3, 4, 2, 6),
    /** Floating-point control. */
    FPCR(3, 3, 4, 4, 0),
    /** Floating-point status. */
    FPSR(3, 3, 4, 4, 1),
    /** Software thread ID (EL0). */
    TPIDR_EL0(3, 3, 13, 0, 2),
    /** Software thread ID, read-only (EL0). */
    TPIDRRO_EL0(3, 3, 13, 0, 3),
    /** Counter frequency. */
    CNTFRQ_EL0(3, 3, 14, 0, 0),
    /** Physical count. */
    CNTPCT_EL0(3, 3, 14, 0, 1),
    /** Virtual count. */
    CNTVCT_EL0(3, 3, 14, 0, 2),
    /** Physical timer value. */
    CNTP_TVAL_EL0(3, 3, 14, 2, 0),
    /** Physical timer control. */
    CNTP_CTL_EL0(3, 3, 14, 2, 1),
    /** Physical timer compare value. */
    CNTP_CVAL_EL0(3, 3, 14, 2, 2),
    /** Virtual timer value. */
    CNTV_TVAL_EL0(3, 3, 14, 3, 0),
    /** Virtual timer control. */
    CNTV_CTL_EL0(3, 3, 14, 3, 1),
    /** Virtual timer compare value. */
    CNTV_CVAL_EL0(3, 3, 14, 3, 2),
    /** Virtualization processor ID. */
    VPIDR_EL2(3, 4, 0, 0, 0),
    /** Virtualization multiprocessor affinity. */
    VMPIDR_EL2(3, 4, 0, 0, 5),
    /** System control (EL2). */
    SCTLR_EL2(3, 4, 1, 0, 0),
    /** Auxiliary control (EL2). */
    ACTLR_EL2(3, 4, 1, 0, 1),
    /** Hypervisor configuration. */
    HCR_EL2(3, 4, 1, 1, 0),
    /** Monitor debug configuration (EL2). */
    MDCR_EL2(3, 4, 1, 1, 1),
    /** Architectural feature trap (EL2). */
    CPTR_EL2(3, 4, 1, 1, 2),
    /** Hypervisor system trap. */
    HSTR_EL2(3, 4, 1, 1, 3),
    /** Hypervisor auxiliary control. */
    HACR_EL2(3, 4, 1, 1, 7),
    /** Translation table base 0 (EL2). */
    TTBR0_EL2(3, 4, 2, 0, 0),
    /** Translation table base 1 (EL2). */
    TTBR1_EL2(3, 4, 2, 0, 1),
    /** Translation control (EL2). */
    TCR_EL2(3, 4, 2, 0, 2),
    /** Virtualization translation table base. */
    VTTBR_EL2(3, 4, 2, 1, 0),
    /** Virtualization translation control. */
    VTCR_EL2(3, 4, 2, 1, 2),
    /** Saved program status (EL2). */
    SPSR_EL2(3, 4, 4, 0, 0),
    /** Exception link (EL2). */
    ELR_EL2(3, 4, 4, 0, 1),
    /** Stack pointer (EL1). */
    SP_EL1(3, 4, 4, 1, 0),
    /** Auxiliary fault status 0 (EL2). */
    AFSR0_EL2(3, 4, 5, 1, 0),
    /** Auxiliary fault status 1 (EL2). */
    AFSR1_EL2(3, 4, 5, 1, 1),
    /** Exception syndrome (EL2). */
    ESR_EL2(3, 4, 5, 2, 0),
    /** Fault address (EL2). */
    FAR_EL2(3, 4, 6, 0, 0),
    /** Hypervisor IPA fault address. */
    HPFAR_EL2(3, 4, 6, 0, 4),
    /** Memory attribute indirection (EL2). */
    MAIR_EL2(3, 4, 10, 2, 0),
    /** Auxiliary memory attribute indirection (EL2). */
    AMAIR_EL2(3, 4, 10, 3, 0),
    /** Vector base address (EL2). */
    VBAR_EL2(3, 4, 12, 0, 0),
    /** Active priorities of virtual interrupts, group 0. */
    ICH_AP0R0_EL2(3, 4, 12, 8, 0),
    /** Active priorities of virtual interrupts, group 1. */
    ICH_AP1R0_EL2(3, 4, 12, 9, 0),
    /** System register enable (EL2). */
    ICC_SRE_EL2(3, 4, 12, 9, 5),
    /** Virtual interface control. */
    ICH_HCR_EL2(3, 4, 12, 11, 0),
    /** Virtual interface type. */
    ICH_VTR_EL2(3, 4, 12, 11, 1),
    /** Maintenance interrupt state. */
    ICH_MISR_EL2(3, 4, 12, 11, 2),
    /** End of interrupt status of the list registers. */
    ICH_EISR_EL2(3, 4, 12, 11, 3),
    /** Empty list registers. */
    ICH_ELRSR_EL2(3, 4, 12, 11, 5),
    /** Virtual machine control of the interrupt controller. */
    ICH_VMCR_EL2(3, 4, 12, 11, 7),
    /** List register 0. */
    ICH_LR0_EL2(3, 4, 12, 12, 0),
    /** List register 1. */
    ICH_LR1_EL2(3, 4, 12, 12, 1),
    /** List register 2. */
    ICH_LR2_EL2(3, 4, 12, 12, 2),
    /** List register 3. */
    ICH_LR3_EL2(3, 4, 12, 12, 3),
    /** Context ID (EL2). */
    CONTEXTIDR_EL2(3, 4, 13, 0, 1),
    /** Software thread ID (EL2). */
    TPIDR_EL2(3, 4, 13, 0, 2),
    /** Virtual counter offset. */
    CNTVOFF_EL2(3, 4, 14, 0, 3),
    /** Counter-timer hypervisor control. */
    CNTHCTL_EL2(3, 4, 14, 1, 0),
    /** Hypervisor physical timer value. */
    CNTHP_TVAL_EL2(3, 4, 14, 2, 0),
    /** Hypervisor physical timer control. */
    CNTHP_CTL_EL2(3, 4, 14, 2, 1),
    /** Hypervisor physical timer compare value. */
    CNTHP_CVAL_EL2(3, 4, 14, 2, 2),
    /** Hypervisor virtual timer value. */
    CNTHV_TVAL_EL2(3, 4, 14, 3, 0),
    /** Hypervisor virtual timer control. */
    CNTHV_CTL_EL2(3, 4, 14, 3, 1),
    /** Hypervisor virtual timer compare value. */
    CNTHV_CVAL_EL2(3, 4, 14, 3, 2),
    /** System control (EL3). */
    SCTLR_EL3(3, 6, 1, 0, 0),
    /** Secure configuration. */
    SCR_EL3(3, 6, 1, 1, 0),
    /** Saved program status (EL3). */
    SPSR_EL3(3, 6, 4, 0, 0),
    /** Exception link (EL3). */
    ELR_EL3(3, 6, 4, 0, 1),
    /** Stack pointer (EL2). */
    SP_EL2(3, 6, 4, 1, 0),
    /** Exception syndrome (EL3). */
    ESR_EL3(3, 6, 5, 2, 0),
    /** Fault address (EL3). */
    FAR_EL3(3, 6, 6, 0, 0),
    /** Vector base address (EL3). */
    VBAR_EL3(3, 6, 12, 0, 0);

    private static final Map<Integer, SystemRegister> BY_ENCODING = index();

    private final int encoding;

    SystemRegister(int op0, int op1, int crn, int crm, int op2) {
        this.encoding = encode(op0, op1, crn, crm, op2);
    }

    /**
     * Packs the five fields that MRS and MSR carry.
     *
     * @param op0 2 or 3
     * @param op1 0 to 7
     * @param crn 0 to 15
     * @param crm 0 to 15
     * @param op2 0 to 7
     * @return op0:op1:CRn:CRm:op2 in bits 15:0, the layout of bits 20:5 of the instruction
     */
    public static int encode(int op0, int op1, int crn, int crm, int op2) {
        return (op0 << 14) | (op1 << 11) | (crn << 7) | (crm << 3) | op2;
    }

    /**
     * Finds the register with an encoding.
     *
     * @param encoding op0:op1:CRn:CRm:op2 as {@link #encode} packs it
     * @return the register, or empty if the list has none
     */
    public static Optional<SystemRegister> of(int encoding) {
        return Optional.ofNullable(BY_ENCODING.get(encoding));
    }

    /**
     * Returns the encoding of this register.
     *
     * @return op0:op1:CRn:CRm:op2 as {@link #encode} packs it
     */
    public int encoding() {
        return encoding;
    }

    private static Map<Integer, SystemRegister> index() {
        Map<Integer, SystemRegister> map = new TreeMap<>();
        for (SystemRegister register : values()) {
            map.put(register.encoding, register);
        }
        return map;
    }
}
