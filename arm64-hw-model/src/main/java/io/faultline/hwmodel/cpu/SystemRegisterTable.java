/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import static io.faultline.api.arm64.SystemRegister.*;

import io.faultline.api.arm64.SystemRegister;
import java.util.EnumMap;
import java.util.Map;

/** The system registers that exist, who may access them, and what their bits are. */
final class SystemRegisterTable {
    private static final int NEVER = AccessRule.NEVER;
    private static final long WORD = 0xFFFF_FFFFL;
    private static final long ALL = -1L;

    /**
     * One register.
     *
     * @param register its name
     * @param rule who may access it
     * @param stored whether it is plain storage; otherwise it is computed or belongs to another component
     * @param writable bits that a write changes
     * @param initial value at reset; bits that are not writable keep it
     */
    record Row(SystemRegister register, AccessRule rule, boolean stored, long writable, long initial) {}

    private static final Map<SystemRegister, Row> ROWS = build();
    /** Encodings in ascending order, and the rows that belong to them. */
    private static final int[] ENCODINGS = ROWS.values().stream()
            .mapToInt(row -> row.register().encoding())
            .sorted()
            .toArray();

    private static final Row[] BY_ENCODING = ROWS.values().stream()
            .sorted((a, b) ->
                    Integer.compare(a.register().encoding(), b.register().encoding()))
            .toArray(Row[]::new);

    private static final Map<SystemRegister, SystemRegister> HOST_NAMES = hostNames();
    private static final int OP1 = 7 << 11;
    private static final int TIMERS = 14;

    private SystemRegisterTable() {}

    static Map<SystemRegister, Row> rows() {
        return ROWS;
    }

    /** Returns the index of the row of an encoding, negative if there is none. */
    static int find(int encoding) {
        return java.util.Arrays.binarySearch(ENCODINGS, encoding);
    }

    static Row row(int index) {
        return BY_ENCODING[index];
    }

    private static Map<SystemRegister, Row> build() {
        Map<SystemRegister, Row> rows = new EnumMap<>(SystemRegister.class);
        identification(rows);
        virtualMemory(rows);
        exceptions(rows);
        debug(rows);
        interruptController(rows);
        timers(rows);
        threads(rows);
        hypervisor(rows);
        monitor(rows);
        return rows;
    }

    private static void identification(Map<SystemRegister, Row> rows) {
        AccessRule el1 = AccessRule.of(1, NEVER);
        computed(rows, el1, MIDR_EL1, MPIDR_EL1);
        stored(rows, REVIDR_EL1, el1.trappedBy(HCR_EL2, Bits.HCR_TID1, 0), 0, 0);
        stored(rows, AIDR_EL1, el1.trappedBy(HCR_EL2, Bits.HCR_TID1, 0), 0, 0);
        AccessRule group3 = el1.trappedBy(HCR_EL2, Bits.HCR_TID3, 0);
        stored(rows, ID_AA64PFR0_EL1, group3, 0, Features.PFR0);
        stored(rows, ID_AA64PFR1_EL1, group3, 0, 0);
        stored(rows, ID_AA64DFR0_EL1, group3, 0, Features.DFR0);
        stored(rows, ID_AA64DFR1_EL1, group3, 0, 0);
        stored(rows, ID_AA64ISAR0_EL1, group3, 0, Features.ISAR0);
        stored(rows, ID_AA64ISAR1_EL1, group3, 0, 0);
        stored(rows, ID_AA64ISAR2_EL1, group3, 0, 0);
        stored(rows, ID_AA64MMFR0_EL1, group3, 0, Features.MMFR0);
        stored(rows, ID_AA64MMFR1_EL1, group3, 0, Features.MMFR1);
        stored(rows, ID_AA64MMFR2_EL1, group3, 0, Features.MMFR2);
        AccessRule group2 = el1.trappedBy(HCR_EL2, Bits.HCR_TID2, 0);
        stored(rows, CLIDR_EL1, group2, 0, 0);
        stored(rows, CCSIDR_EL1, group2, 0, 0);
        AccessRule selection = AccessRule.of(1, 1).trappedBy(HCR_EL2, Bits.HCR_TID2, Bits.HCR_TID2);
        stored(rows, CSSELR_EL1, selection, 0xF, 0);
        AccessRule cacheType =
                AccessRule.of(0, NEVER).gatedBy(SCTLR_EL1, Bits.SCTLR_UCT).trappedBy(HCR_EL2, Bits.HCR_TID2, 0);
        stored(rows, CTR_EL0, cacheType, 0, Features.CTR);
        computed(rows, AccessRule.of(0, NEVER), DCZID_EL0);
    }

    private static void virtualMemory(Map<SystemRegister, Row> rows) {
        AccessRule rule = AccessRule.of(1, 1).trappedBy(HCR_EL2, Bits.HCR_TRVM, Bits.HCR_TVM);
        stored(rows, SCTLR_EL1, rule, Features.SCTLR_EL1_WRITABLE, Features.SCTLR_EL1_RESET);
        stored(rows, TTBR0_EL1, rule, ALL, 0);
        stored(rows, TTBR1_EL1, rule, ALL, 0);
        stored(rows, TCR_EL1, rule, Features.TCR_EL1_WRITABLE, 0);
        stored(rows, MAIR_EL1, rule, ALL, 0);
        stored(rows, AMAIR_EL1, rule, 0, 0);
        stored(rows, AFSR0_EL1, rule, 0, 0);
        stored(rows, AFSR1_EL1, rule, 0, 0);
        stored(rows, ESR_EL1, rule, WORD, 0);
        stored(rows, FAR_EL1, rule, ALL, 0);
        stored(rows, CONTEXTIDR_EL1, rule, WORD, 0);
        stored(rows, ACTLR_EL1, AccessRule.of(1, 1).trappedBy(HCR_EL2, Bits.HCR_TACR, Bits.HCR_TACR), 0, 0);
        AccessRule coprocessors = AccessRule.of(1, 1).trappedBy(CPTR_EL2, Bits.CPTR_TCPAC, Bits.CPTR_TCPAC);
        stored(rows, CPACR_EL1, coprocessors, 3L << 20, 0);
        stored(rows, PAR_EL1, AccessRule.of(1, 1), ALL, 0);
    }

    private static void exceptions(Map<SystemRegister, Row> rows) {
        AccessRule el1 = AccessRule.of(1, 1);
        stored(rows, SPSR_EL1, el1, WORD, 0);
        stored(rows, ELR_EL1, el1, ALL, 0);
        stored(rows, VBAR_EL1, el1, ~0x7FFL, 0);
        computed(rows, el1, SP_EL0, SPSEL, PAN, UAO);
        computed(rows, AccessRule.of(1, NEVER), CURRENTEL, ISR_EL1);
        computed(rows, AccessRule.of(0, 0), NZCV);
        computed(rows, AccessRule.of(0, 0).gatedBy(SCTLR_EL1, Bits.SCTLR_UMA), DAIF);
    }

    private static void debug(Map<SystemRegister, Row> rows) {
        AccessRule debug = AccessRule.of(1, 1).trappedBy(MDCR_EL2, Bits.MDCR_TDA, Bits.MDCR_TDA);
        stored(rows, MDSCR_EL1, debug, Features.MDSCR_EL1_WRITABLE, 0);
        // Breakpoints and watchpoints cannot be enabled: their registers read as zero and ignore writes.
        stored(rows, DBGBVR0_EL1, debug, 0, 0);
        stored(rows, DBGBCR0_EL1, debug, 0, 0);
        stored(rows, DBGWVR0_EL1, debug, 0, 0);
        stored(rows, DBGWCR0_EL1, debug, 0, 0);
        stored(rows, DBGBVR1_EL1, debug, 0, 0);
        stored(rows, DBGBCR1_EL1, debug, 0, 0);
        stored(rows, DBGWVR1_EL1, debug, 0, 0);
        stored(rows, DBGWCR1_EL1, debug, 0, 0);
        AccessRule lock = AccessRule.of(1, 1).trappedBy(MDCR_EL2, Bits.MDCR_TDOSA, Bits.MDCR_TDOSA);
        computed(
                rows,
                new AccessRule(NEVER, 1, lock.gate(), 0, lock.trap(), 0, lock.writeTrap(), false, false),
                OSLAR_EL1);
        stored(
                rows,
                OSLSR_EL1,
                new AccessRule(1, NEVER, lock.gate(), 0, lock.trap(), lock.readTrap(), 0, false, false),
                0,
                Features.OSLSR_EL1_RESET);
        stored(rows, OSDLR_EL1, lock, 1, 0);
        stored(rows, OSDTRRX_EL1, debug, WORD, 0);
        stored(rows, OSDTRTX_EL1, debug, WORD, 0);
        stored(rows, OSECCR_EL1, debug, 0, 0);
        stored(rows, MDCCINT_EL1, debug, 3L << 29, 0);
        stored(rows, DBGPRCR_EL1, AccessRule.of(1, 1).trappedBy(MDCR_EL2, Bits.MDCR_TDOSA, Bits.MDCR_TDOSA), 1, 0);
        stored(rows, DBGCLAIMSET_EL1, debug, 0, 0xFF);
        stored(rows, DBGCLAIMCLR_EL1, debug, 0, 0);
        AccessRule readOnly = AccessRule.of(1, NEVER);
        stored(rows, DBGAUTHSTATUS_EL1, readOnly.trappedBy(MDCR_EL2, Bits.MDCR_TDA, 0), 0, 0);
        stored(rows, MDRAR_EL1, readOnly.trappedBy(MDCR_EL2, Bits.MDCR_TDRA, 0), 0, 0);
        // EL0 may use the communications channel, to which nobody listens, unless MDSCR_EL1.TDCC says otherwise.
        stored(rows, MDCCSR_EL0, channel(0, NEVER), 0, 0);
        stored(rows, DBGDTR_EL0, channel(0, 0), 0, 0);
        stored(rows, DBGDTRRX_EL0, channel(0, 0), 0, 0);
    }

    private static AccessRule channel(int read, int write) {
        return new AccessRule(
                read, write, MDSCR_EL1, Bits.MDSCR_TDCC, MDCR_EL2, Bits.MDCR_TDA, Bits.MDCR_TDA, false, true);
    }

    private static void interruptController(Map<SystemRegister, Row> rows) {
        computed(
                rows,
                AccessRule.of(1, 1),
                ICC_PMR_EL1,
                ICC_BPR0_EL1,
                ICC_BPR1_EL1,
                ICC_AP0R0_EL1,
                ICC_AP1R0_EL1,
                ICC_CTLR_EL1,
                ICC_SRE_EL1,
                ICC_IGRPEN0_EL1,
                ICC_IGRPEN1_EL1);
        computed(
                rows, AccessRule.of(1, NEVER), ICC_IAR0_EL1, ICC_IAR1_EL1, ICC_HPPIR0_EL1, ICC_HPPIR1_EL1, ICC_RPR_EL1);
        computed(
                rows,
                AccessRule.of(NEVER, 1),
                ICC_EOIR0_EL1,
                ICC_EOIR1_EL1,
                ICC_DIR_EL1,
                ICC_SGI0R_EL1,
                ICC_SGI1R_EL1,
                ICC_ASGI1R_EL1);
    }

    private static void timers(Map<SystemRegister, Row> rows) {
        long counters = Bits.CNTKCTL_EL0PCTEN | Bits.CNTKCTL_EL0VCTEN;
        computed(rows, AccessRule.of(0, 2).gatedBy(CNTKCTL_EL1, counters), CNTFRQ_EL0);
        AccessRule physicalCount = AccessRule.of(0, NEVER)
                .gatedBy(CNTKCTL_EL1, Bits.CNTKCTL_EL0PCTEN)
                .trappedUnless(CNTHCTL_EL2, Bits.CNTHCTL_EL1PCTEN);
        computed(rows, physicalCount, CNTPCT_EL0);
        computed(rows, AccessRule.of(0, NEVER).gatedBy(CNTKCTL_EL1, Bits.CNTKCTL_EL0VCTEN), CNTVCT_EL0);
        AccessRule physicalTimer = AccessRule.of(0, 0)
                .gatedBy(CNTKCTL_EL1, Bits.CNTKCTL_EL0PTEN)
                .trappedUnless(CNTHCTL_EL2, Bits.CNTHCTL_EL1PCEN);
        computed(rows, physicalTimer, CNTP_CTL_EL0, CNTP_CVAL_EL0, CNTP_TVAL_EL0);
        AccessRule virtualTimer = AccessRule.of(0, 0).gatedBy(CNTKCTL_EL1, Bits.CNTKCTL_EL0VTEN);
        computed(rows, virtualTimer, CNTV_CTL_EL0, CNTV_CVAL_EL0, CNTV_TVAL_EL0);
        stored(rows, CNTKCTL_EL1, AccessRule.of(1, 1), 0x3FF, 0);
    }

    private static void threads(Map<SystemRegister, Row> rows) {
        stored(rows, TPIDR_EL0, AccessRule.of(0, 0), ALL, 0);
        stored(rows, TPIDRRO_EL0, AccessRule.of(0, 1), ALL, 0);
        stored(rows, TPIDR_EL1, AccessRule.of(1, 1), ALL, 0);
    }

    private static void hypervisor(Map<SystemRegister, Row> rows) {
        AccessRule el2 = AccessRule.of(2, 2);
        stored(rows, VPIDR_EL2, el2, WORD, Features.MIDR);
        stored(rows, VMPIDR_EL2, el2, ALL, 0);
        stored(rows, SCTLR_EL2, el2, Features.SCTLR_EL2_WRITABLE, Features.SCTLR_EL2_RESET);
        stored(rows, ACTLR_EL2, el2, 0, 0);
        stored(rows, HCR_EL2, el2, Features.HCR_EL2_WRITABLE, Features.HCR_EL2_RESET);
        stored(rows, MDCR_EL2, el2, Bits.MDCR_TDE | Bits.MDCR_TDA | Bits.MDCR_TDOSA | Bits.MDCR_TDRA, 0);
        stored(rows, CPTR_EL2, el2, Features.CPTR_EL2_WRITABLE, Features.CPTR_EL2_RESET);
        stored(rows, HSTR_EL2, el2, 0, 0);
        stored(rows, HACR_EL2, el2, 0, 0);
        stored(rows, TTBR0_EL2, el2, ALL, 0);
        stored(rows, TTBR1_EL2, el2, ALL, 0);
        stored(rows, TCR_EL2, el2, Features.TCR_EL1_WRITABLE, Features.TCR_EL2_RESET);
        stored(rows, VTTBR_EL2, el2, Features.VTTBR_EL2_WRITABLE, 0);
        stored(rows, VTCR_EL2, el2, Features.VTCR_EL2_WRITABLE, Features.VTCR_EL2_RESET);
        stored(rows, AFSR0_EL2, el2, 0, 0);
        stored(rows, AFSR1_EL2, el2, 0, 0);
        stored(rows, AMAIR_EL2, el2, 0, 0);
        stored(rows, CONTEXTIDR_EL2, el2, WORD, 0);
        stored(rows, SPSR_EL2, el2, WORD, 0);
        stored(rows, ELR_EL2, el2, ALL, 0);
        stored(rows, ESR_EL2, el2, WORD, 0);
        stored(rows, FAR_EL2, el2, ALL, 0);
        stored(rows, HPFAR_EL2, el2, 0xFF_FFFF_FFF0L, 0);
        stored(rows, MAIR_EL2, el2, ALL, 0);
        stored(rows, VBAR_EL2, el2, ~0x7FFL, 0);
        stored(rows, TPIDR_EL2, el2, ALL, 0);
        computed(rows, el2, CNTVOFF_EL2, SP_EL1);
        stored(rows, CNTHCTL_EL2, el2, 0xFFF, Bits.CNTHCTL_EL1PCTEN | Bits.CNTHCTL_EL1PCEN);
        computed(
                rows,
                el2,
                CNTHP_CTL_EL2,
                CNTHP_CVAL_EL2,
                CNTHP_TVAL_EL2,
                CNTHV_CTL_EL2,
                CNTHV_CVAL_EL2,
                CNTHV_TVAL_EL2,
                ICC_SRE_EL2,
                ICH_AP0R0_EL2,
                ICH_AP1R0_EL2,
                ICH_HCR_EL2,
                ICH_VMCR_EL2,
                ICH_LR0_EL2,
                ICH_LR1_EL2,
                ICH_LR2_EL2,
                ICH_LR3_EL2);
        computed(rows, AccessRule.of(2, NEVER), ICH_VTR_EL2, ICH_MISR_EL2, ICH_EISR_EL2, ICH_ELRSR_EL2);
    }

    /** What the software above a guest with EL2 finds; it is never A64 code. */
    private static void monitor(Map<SystemRegister, Row> rows) {
        AccessRule el3 = AccessRule.of(3, 3);
        computed(rows, el3, SP_EL2);
        stored(rows, SCTLR_EL3, el3, 0, Features.SCTLR_EL2_RESET);
        stored(rows, SCR_EL3, el3, 0, Features.SCR_EL3_RESET);
        stored(rows, VBAR_EL3, el3, ~0x7FFL, 0);
        stored(rows, SPSR_EL3, el3, WORD, 0);
        stored(rows, ELR_EL3, el3, ALL, 0);
        stored(rows, ESR_EL3, el3, WORD, 0);
        stored(rows, FAR_EL3, el3, ALL, 0);
    }

    private static Map<SystemRegister, SystemRegister> hostNames() {
        Map<SystemRegister, SystemRegister> names = new EnumMap<>(SystemRegister.class);
        names.put(SCTLR_EL1, SCTLR_EL2);
        names.put(CPACR_EL1, CPTR_EL2);
        names.put(TTBR0_EL1, TTBR0_EL2);
        names.put(TTBR1_EL1, TTBR1_EL2);
        names.put(TCR_EL1, TCR_EL2);
        names.put(SPSR_EL1, SPSR_EL2);
        names.put(ELR_EL1, ELR_EL2);
        names.put(AFSR0_EL1, AFSR0_EL2);
        names.put(AFSR1_EL1, AFSR1_EL2);
        names.put(ESR_EL1, ESR_EL2);
        names.put(FAR_EL1, FAR_EL2);
        names.put(MAIR_EL1, MAIR_EL2);
        names.put(AMAIR_EL1, AMAIR_EL2);
        names.put(VBAR_EL1, VBAR_EL2);
        names.put(CONTEXTIDR_EL1, CONTEXTIDR_EL2);
        names.put(CNTKCTL_EL1, CNTHCTL_EL2);
        names.put(CNTP_TVAL_EL0, CNTHP_TVAL_EL2);
        names.put(CNTP_CTL_EL0, CNTHP_CTL_EL2);
        names.put(CNTP_CVAL_EL0, CNTHP_CVAL_EL2);
        names.put(CNTV_TVAL_EL0, CNTHV_TVAL_EL2);
        names.put(CNTV_CTL_EL0, CNTHV_CTL_EL2);
        names.put(CNTV_CVAL_EL0, CNTHV_CVAL_EL2);
        return names;
    }

    /** Returns what a name of EL1 or EL0 means at EL2 with HCR_EL2.E2H (Arm ARM, FEAT_VHE); itself if nothing else. */
    static SystemRegister hostName(SystemRegister register) {
        return HOST_NAMES.getOrDefault(register, register);
    }

    /**
     * Returns the index of the row that an alias of FEAT_VHE stands for: the encodings with op1 5 are the registers of
     * EL1 (op1 0) and the timers of EL0 (op1 3) for a host operating system at EL2.
     *
     * @return negative if the encoding is not an alias
     */
    static int findAlias(int encoding) {
        if ((encoding >>> 11 & 0b11111) != 0b11101) {
            return -1;
        }
        boolean timer = (encoding >>> 7 & 0xF) == TIMERS && (encoding >>> 3 & 0xF) > 1;
        int index = find(encoding & ~OP1 | (timer ? 3 << 11 : 0));
        return index >= 0 && HOST_NAMES.containsKey(row(index).register()) ? index : -1;
    }

    private static void stored(
            Map<SystemRegister, Row> rows, SystemRegister register, AccessRule rule, long writable, long initial) {
        rows.put(register, new Row(register, rule, true, writable, initial));
    }

    private static void computed(Map<SystemRegister, Row> rows, AccessRule rule, SystemRegister... registers) {
        for (SystemRegister register : registers) {
            rows.put(register, new Row(register, rule, false, 0, 0));
        }
    }
}
