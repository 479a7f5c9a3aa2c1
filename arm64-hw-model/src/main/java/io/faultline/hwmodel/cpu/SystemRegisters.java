/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.hwmodel.gic.CpuInterface;
import io.faultline.hwmodel.gic.VirtualInterface;
import io.faultline.hwmodel.registers.RegisterFile;
import io.faultline.hwmodel.timer.GenericTimers;
import java.util.Locale;

/** The system registers of one PE: what they hold and where the others that have no storage of their own come from. */
final class SystemRegisters implements StateElement {
    private static final long MPIDR_RES1 = 1L << 31;
    /** System registers only, no bypass, EL1 may see ICC_SRE_EL1. */
    private static final long SRE_EL2 = 0b1111;

    private static final long ISR_F = 1L << 6;
    private static final long ISR_I = 1L << 7;
    private static final long ISR_A = 1L << 8;

    private final RegisterFile registers;
    private final CpuInterface cpuInterface;
    private final VirtualInterface virtualInterface;
    private final GenericTimers timers;
    private final Affinity affinity;
    private final int topLevel;
    private final long[] values = new long[SystemRegister.values().length];

    private boolean serror;

    SystemRegisters(
            RegisterFile registers,
            CpuInterface cpuInterface,
            VirtualInterface virtualInterface,
            GenericTimers timers,
            Affinity affinity,
            int topLevel) {
        this.topLevel = topLevel;
        this.virtualInterface = virtualInterface;
        this.registers = registers;
        this.cpuInterface = cpuInterface;
        this.timers = timers;
        this.affinity = affinity;
    }

    /** Returns the storage, by ordinal of the register; the executor reads the hot ones there. */
    long[] storage() {
        return values;
    }

    /** Returns what a register that is plain storage holds. */
    long stored(SystemRegister register) {
        return values[register.ordinal()];
    }

    /** Sets what a register that is plain storage holds, bits that do not exist included; for exception entry. */
    void store(SystemRegister register, long value) {
        values[register.ordinal()] = value;
    }

    boolean hasHcr(long bits) {
        return (stored(SystemRegister.HCR_EL2) & bits) == bits;
    }

    /** Whether any of some bits of HCR_EL2 is set. */
    boolean hasAnyHcr(long bits) {
        return (stored(SystemRegister.HCR_EL2) & bits) != 0;
    }

    /** Whether the guest runs at EL2 for a host operating system, or at EL0 under one. */
    private boolean isInHost() {
        int level = registers.level();
        return level == 2 ? hasHcr(Bits.HCR_E2H) : level == 0 && hasHcr(Bits.HCR_HOST);
    }

    /** Returns the register that a name means to the guest at its present level (FEAT_VHE). */
    SystemRegister meant(SystemRegister named) {
        return isInHost() ? SystemRegisterTable.hostName(named) : named;
    }

    /** Reads as the guest does, effects of an acknowledge included. */
    long readAsGuest(SystemRegister register) {
        int level = registers.level();
        return switch (register) {
            case MIDR_EL1 -> level < 2 ? stored(SystemRegister.VPIDR_EL2) : read(register);
            case MPIDR_EL1 -> level < 2 ? stored(SystemRegister.VMPIDR_EL2) : read(register);
            case ICC_IAR0_EL1, ICC_IAR1_EL1 -> cpuInterface.read(register);
            case CNTVCT_EL0 -> read(isInHost() ? SystemRegister.CNTPCT_EL0 : register);
            case ISR_EL1 -> interruptStatus(level);
            default -> read(register);
        };
    }

    /** At EL1 and EL0 the virtual interrupts count where the physical ones go to EL2. */
    private long interruptStatus(int level) {
        if (level >= 2 || topLevel < 2) {
            return read(SystemRegister.ISR_EL1);
        }
        boolean irq = hasAnyHcr(Bits.HCR_IMO) ? isVirtualIrqPending() : cpuInterface.irqPending();
        boolean fiq = hasAnyHcr(Bits.HCR_FMO) ? isVirtualFiqPending() : cpuInterface.fiqPending();
        boolean error = hasAnyHcr(Bits.HCR_AMO) ? hasAnyHcr(Bits.HCR_VSE) : serror;
        return (irq ? ISR_I : 0) | (fiq ? ISR_F : 0) | (error ? ISR_A : 0);
    }

    boolean isVirtualIrqPending() {
        return virtualInterface.virtualIrqPending() || hasAnyHcr(Bits.HCR_VI);
    }

    boolean isVirtualFiqPending() {
        return virtualInterface.virtualFiqPending() || hasAnyHcr(Bits.HCR_VF);
    }

    /** Whether a physical SError interrupt is pending. */
    boolean isSErrorPending() {
        return serror;
    }

    void serrorPending(boolean pending) {
        serror = pending;
    }

    /** Reads as a debugger does, without effects. A register that cannot be read or does not exist is zero. */
    long read(SystemRegister register) {
        return switch (register) {
            case MIDR_EL1 -> Features.MIDR;
            case MPIDR_EL1 -> MPIDR_RES1 | affinity.mpidr();
            case DCZID_EL0 -> dczid();
            case SP_EL0 -> registers.stackPointer(0);
            case SP_EL1 -> registers.stackPointer(1);
            case SP_EL2 -> registers.stackPointer(2);
            case SPSEL -> registers.pstate() & ProcessorState.SP;
            case CURRENTEL -> (long) registers.level() << 2;
            case NZCV -> registers.nzcv();
            case DAIF -> registers.pstate() & ProcessorState.DAIF;
            case PAN -> registers.pstate() & ProcessorState.PAN;
            case UAO -> registers.pstate() & ProcessorState.UAO;
            case ISR_EL1 ->
                (cpuInterface.irqPending() ? ISR_I : 0)
                        | (cpuInterface.fiqPending() ? ISR_F : 0)
                        | (serror ? ISR_A : 0);
            case CNTFRQ_EL0,
                    CNTPCT_EL0,
                    CNTVCT_EL0,
                    CNTVOFF_EL2,
                    CNTP_CTL_EL0,
                    CNTP_CVAL_EL0,
                    CNTP_TVAL_EL0,
                    CNTV_CTL_EL0,
                    CNTV_CVAL_EL0,
                    CNTV_TVAL_EL0,
                    CNTHP_CTL_EL2,
                    CNTHP_CVAL_EL2,
                    CNTHP_TVAL_EL2,
                    CNTHV_CTL_EL2,
                    CNTHV_CVAL_EL2,
                    CNTHV_TVAL_EL2 -> timers.read(register);
            case ICC_SRE_EL2 -> SRE_EL2;
            case ICH_AP0R0_EL2,
                    ICH_AP1R0_EL2,
                    ICH_HCR_EL2,
                    ICH_VTR_EL2,
                    ICH_MISR_EL2,
                    ICH_EISR_EL2,
                    ICH_ELRSR_EL2,
                    ICH_VMCR_EL2,
                    ICH_LR0_EL2,
                    ICH_LR1_EL2,
                    ICH_LR2_EL2,
                    ICH_LR3_EL2 -> virtualInterface.read(register);
            case ICC_IAR0_EL1 -> cpuInterface.read(SystemRegister.ICC_HPPIR0_EL1);
            case ICC_IAR1_EL1 -> cpuInterface.read(SystemRegister.ICC_HPPIR1_EL1);
            case ICC_PMR_EL1,
                    ICC_HPPIR0_EL1,
                    ICC_HPPIR1_EL1,
                    ICC_BPR0_EL1,
                    ICC_BPR1_EL1,
                    ICC_AP0R0_EL1,
                    ICC_AP1R0_EL1,
                    ICC_RPR_EL1,
                    ICC_CTLR_EL1,
                    ICC_SRE_EL1,
                    ICC_IGRPEN0_EL1,
                    ICC_IGRPEN1_EL1 -> cpuInterface.read(register);
            default -> stored(register);
        };
    }

    /** Writes as the guest or a debugger does. Bits that do not exist keep their value. */
    void write(SystemRegister register, long value) {
        switch (register) {
            case SP_EL0 -> registers.stackPointer(0, value);
            case SP_EL1 -> registers.stackPointer(1, value);
            case SP_EL2 -> registers.stackPointer(2, value);
            case SPSEL -> replacePstate(ProcessorState.SP, value);
            case NZCV -> registers.nzcv(value);
            case PAN -> replacePstate(ProcessorState.PAN, value);
            case UAO -> replacePstate(ProcessorState.UAO, value);
            case DAIF -> replacePstate(ProcessorState.DAIF, value);
            case OSLAR_EL1 ->
                store(
                        SystemRegister.OSLSR_EL1,
                        stored(SystemRegister.OSLSR_EL1) & ~Features.OSLSR_OSLK | (value & 1) * Features.OSLSR_OSLK);
            case CNTFRQ_EL0,
                    CNTVOFF_EL2,
                    CNTP_CTL_EL0,
                    CNTP_CVAL_EL0,
                    CNTP_TVAL_EL0,
                    CNTV_CTL_EL0,
                    CNTV_CVAL_EL0,
                    CNTV_TVAL_EL0,
                    CNTHP_CTL_EL2,
                    CNTHP_CVAL_EL2,
                    CNTHP_TVAL_EL2,
                    CNTHV_CTL_EL2,
                    CNTHV_CVAL_EL2,
                    CNTHV_TVAL_EL2 -> timers.write(register, value);
            case ICC_SRE_EL2 -> {
                // every bit reads as one and ignores writes
            }
            case ICH_AP0R0_EL2,
                    ICH_AP1R0_EL2,
                    ICH_HCR_EL2,
                    ICH_VMCR_EL2,
                    ICH_LR0_EL2,
                    ICH_LR1_EL2,
                    ICH_LR2_EL2,
                    ICH_LR3_EL2 -> virtualInterface.write(register, value);
            case ICC_PMR_EL1,
                    ICC_BPR0_EL1,
                    ICC_BPR1_EL1,
                    ICC_AP0R0_EL1,
                    ICC_AP1R0_EL1,
                    ICC_CTLR_EL1,
                    ICC_SRE_EL1,
                    ICC_IGRPEN0_EL1,
                    ICC_IGRPEN1_EL1,
                    ICC_EOIR0_EL1,
                    ICC_EOIR1_EL1,
                    ICC_DIR_EL1,
                    ICC_SGI0R_EL1,
                    ICC_SGI1R_EL1,
                    ICC_ASGI1R_EL1 -> cpuInterface.write(register, value);
            default -> writeStored(register, value);
        }
    }

    private void writeStored(SystemRegister register, long value) {
        SystemRegisterTable.Row row = SystemRegisterTable.rows().get(register);
        if (row == null || !row.stored() || row.rule().writeLevel() == AccessRule.NEVER) {
            throw new IllegalArgumentException(register + " cannot be written");
        }
        long writable = writable(row);
        store(register, stored(register) & ~writable | value & writable);
    }

    private long writable(SystemRegisterTable.Row row) {
        return topLevel >= 2 && row.register() == SystemRegister.HCR_EL2
                ? Features.HCR_EL2_GUEST_WRITABLE
                : row.writable();
    }

    /** What a register holds at reset; the features of a guest that has EL2 are more. */
    private long initial(SystemRegisterTable.Row row) {
        if (topLevel < 2) {
            return row.initial();
        }
        return switch (row.register()) {
            case ID_AA64PFR0_EL1 -> row.initial() | Features.PFR0_LEVELS;
            case ID_AA64DFR0_EL1 -> row.initial() | Features.DFR0_HOST;
            case ID_AA64MMFR1_EL1 -> row.initial() | Features.MMFR1_HOST;
            case HCR_EL2 -> Features.HCR_EL2_GUEST_RESET;
            default -> row.initial();
        };
    }

    private void replacePstate(long bits, long value) {
        registers.pstate(registers.pstate() & ~bits | value & bits);
    }

    private long dczid() {
        int level = registers.level();
        boolean underHost = level == 0 && hasHcr(Bits.HCR_HOST);
        SystemRegister control = underHost ? SystemRegister.SCTLR_EL2 : SystemRegister.SCTLR_EL1;
        boolean prohibited = level == 0 && (stored(control) & Bits.SCTLR_DZE) == 0
                || level < 2 && !underHost && hasAnyHcr(Bits.HCR_TDZ);
        return Features.DCZID_BLOCK | (prohibited ? Features.DCZID_PROHIBITED : 0);
    }

    @Override
    public String stateName() {
        return "system";
    }

    @Override
    public void reset() {
        for (SystemRegisterTable.Row row : SystemRegisterTable.rows().values()) {
            store(row.register(), initial(row));
        }
        serror = false;
        store(SystemRegister.VMPIDR_EL2, MPIDR_RES1 | affinity.mpidr());
    }

    @Override
    public void save(StateWriter writer) {
        writer.flag("serror", serror);
        for (SystemRegisterTable.Row row : SystemRegisterTable.rows().values()) {
            if (isState(row)) {
                writer.word(stateName(row.register()), stored(row.register()));
            }
        }
    }

    @Override
    public void restore(StateReader reader) {
        serror = reader.flag("serror");
        for (SystemRegisterTable.Row row : SystemRegisterTable.rows().values()) {
            if (isState(row)) {
                String name = stateName(row.register());
                long value = reader.word(name);
                long fixed = ~writable(row);
                if (row.register() == SystemRegister.OSLSR_EL1) {
                    fixed &= ~Features.OSLSR_OSLK;
                }
                if (((value ^ initial(row)) & fixed) != 0) {
                    throw reader.invalid(name, "has bits that the register does not have");
                }
                store(row.register(), value);
            }
        }
    }

    /** Registers that can change; the others are the same in every machine. */
    private static boolean isState(SystemRegisterTable.Row row) {
        return row.stored() && (row.writable() != 0 || row.register() == SystemRegister.OSLSR_EL1);
    }

    private static String stateName(SystemRegister register) {
        return register.name().toLowerCase(Locale.ROOT);
    }
}
