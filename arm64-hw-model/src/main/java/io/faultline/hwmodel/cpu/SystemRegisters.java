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
import io.faultline.hwmodel.registers.RegisterFile;
import io.faultline.hwmodel.timer.GenericTimers;
import java.util.Locale;

/** The system registers of one PE: what they hold and where the others that have no storage of their own come from. */
final class SystemRegisters implements StateElement {
    private static final long MPIDR_RES1 = 1L << 31;
    private static final long ISR_F = 1L << 6;
    private static final long ISR_I = 1L << 7;

    private final RegisterFile registers;
    private final CpuInterface cpuInterface;
    private final GenericTimers timers;
    private final Affinity affinity;
    private final long[] values = new long[SystemRegister.values().length];

    SystemRegisters(RegisterFile registers, CpuInterface cpuInterface, GenericTimers timers, Affinity affinity) {
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

    /** Reads as the guest does, effects of an acknowledge included. */
    long readAsGuest(SystemRegister register) {
        return switch (register) {
            case MIDR_EL1 -> stored(SystemRegister.VPIDR_EL2);
            case MPIDR_EL1 -> stored(SystemRegister.VMPIDR_EL2);
            case ICC_IAR0_EL1, ICC_IAR1_EL1 -> cpuInterface.read(register);
            default -> read(register);
        };
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
            case ISR_EL1 -> (cpuInterface.irqPending() ? ISR_I : 0) | (cpuInterface.fiqPending() ? ISR_F : 0);
            case CNTFRQ_EL0,
                    CNTPCT_EL0,
                    CNTVCT_EL0,
                    CNTVOFF_EL2,
                    CNTP_CTL_EL0,
                    CNTP_CVAL_EL0,
                    CNTP_TVAL_EL0,
                    CNTV_CTL_EL0,
                    CNTV_CVAL_EL0,
                    CNTV_TVAL_EL0 -> timers.read(register);
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
            case DAIF -> replacePstate(ProcessorState.DAIF, value);
            case OSLAR_EL1 ->
                store(
                        SystemRegister.OSLSR_EL1,
                        stored(SystemRegister.OSLSR_EL1) & ~Features.OSLSR_OSLK | (value & 1) * Features.OSLSR_OSLK);
            case CNTVOFF_EL2, CNTP_CTL_EL0, CNTP_CVAL_EL0, CNTP_TVAL_EL0, CNTV_CTL_EL0, CNTV_CVAL_EL0, CNTV_TVAL_EL0 ->
                timers.write(register, value);
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
        store(register, stored(register) & ~row.writable() | value & row.writable());
    }

    private void replacePstate(long bits, long value) {
        registers.pstate(registers.pstate() & ~bits | value & bits);
    }

    private long dczid() {
        boolean prohibited = registers.level() == 0 && (stored(SystemRegister.SCTLR_EL1) & Bits.SCTLR_DZE) == 0
                || registers.level() < 2 && (stored(SystemRegister.HCR_EL2) & Bits.HCR_TDZ) != 0;
        return Features.DCZID_BLOCK | (prohibited ? Features.DCZID_PROHIBITED : 0);
    }

    @Override
    public String stateName() {
        return "system";
    }

    @Override
    public void reset() {
        for (SystemRegisterTable.Row row : SystemRegisterTable.rows().values()) {
            store(row.register(), row.initial());
        }
        store(SystemRegister.VMPIDR_EL2, MPIDR_RES1 | affinity.mpidr());
    }

    @Override
    public void save(StateWriter writer) {
        for (SystemRegisterTable.Row row : SystemRegisterTable.rows().values()) {
            if (isState(row)) {
                writer.word(stateName(row.register()), stored(row.register()));
            }
        }
    }

    @Override
    public void restore(StateReader reader) {
        for (SystemRegisterTable.Row row : SystemRegisterTable.rows().values()) {
            if (isState(row)) {
                String name = stateName(row.register());
                long value = reader.word(name);
                long fixed = ~row.writable();
                if (row.register() == SystemRegister.OSLSR_EL1) {
                    fixed &= ~Features.OSLSR_OSLK;
                }
                if (((value ^ row.initial()) & fixed) != 0) {
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
