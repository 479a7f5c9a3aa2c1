/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.ExceptionClass;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Syndrome;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.hwmodel.mmu.MemoryFault;
import io.faultline.hwmodel.registers.RegisterFile;

/**
 * Exception entry and return (Arm ARM, AArch64.TakeException and AArch64.ExceptionReturn): one routine, {@link #enter},
 * whatever the reason.
 */
final class Exceptions implements StateElement {
    /** Offset of the vectors of synchronous exceptions. */
    static final int SYNCHRONOUS = 0x000;
    /** Offset of the IRQ vectors. */
    static final int IRQ = 0x080;
    /** Offset of the FIQ vectors. */
    static final int FIQ = 0x100;

    /** Bits of PSTATE that this PE has. */
    static final long PSTATE_BITS =
            ProcessorState.NZCV | ProcessorState.DAIF | ProcessorState.IL | 0xC | ProcessorState.SP;

    private static final long MODE = 0x1F;
    private static final int EL1 = 1;
    private static final int EL2 = 2;
    private static final int LOWER_LEVEL = 0x400;
    private static final int SAME_LEVEL_SPX = 0x200;
    private static final long IL = 1L << 25;
    private static final long CM = 1L << 8;
    private static final int EC_SHIFT = 26;

    private final ProcessingElement pe;
    private final RegisterFile registers;
    private final SystemRegisters system;
    /** The vector of the last exception to EL1 has not been fetched yet. */
    private boolean vectorPending;

    Exceptions(ProcessingElement pe, RegisterFile registers, SystemRegisters system) {
        this.pe = pe;
        this.registers = registers;
        this.system = system;
    }

    /** Whether a PSTATE is EL0t, EL1t or EL1h in AArch64. */
    static boolean isGuestState(long pstate) {
        long mode = pstate & MODE;
        return mode == 0b00000 || mode == 0b00100 || mode == 0b00101;
    }

    static long syndrome(ExceptionClass exceptionClass, long iss) {
        return (long) exceptionClass.code() << EC_SHIFT | IL | iss;
    }

    /**
     * Takes an exception from the current context.
     *
     * @param target 1 or 2
     * @param offset which of the four kinds
     * @param returnAddress preferred return address
     */
    private void enter(int target, int offset, long returnAddress) {
        long interrupted = registers.pstate();
        SystemRegister sctlr = target == EL1 ? SystemRegister.SCTLR_EL1 : SystemRegister.SCTLR_EL2;
        long vector = vector(target, offset, interrupted);
        system.store(target == EL1 ? SystemRegister.SPSR_EL1 : SystemRegister.SPSR_EL2, interrupted);
        system.store(target == EL1 ? SystemRegister.ELR_EL1 : SystemRegister.ELR_EL2, returnAddress);
        registers.pstate(EntryState.of(interrupted, target, system.stored(sctlr)));
        registers.pc = vector;
        pe.stateChanged();
    }

    private long vector(int target, int offset, long interrupted) {
        int from = (int) (interrupted >>> 2) & 3;
        long base = system.stored(target == EL1 ? SystemRegister.VBAR_EL1 : SystemRegister.VBAR_EL2);
        int group = from < target ? LOWER_LEVEL : (interrupted & ProcessorState.SP) != 0 ? SAME_LEVEL_SPX : 0;
        return base + group + offset;
    }

    /** Takes an interrupt to EL1. */
    void enterEl1(int offset, long returnAddress) {
        int from = registers.level();
        enter(EL1, offset, returnAddress);
        vectorPending = true;
        pe.exceptionEntered(from, registers.pc, 0, returnAddress);
    }

    /** Takes a synchronous exception to EL1. */
    void synchronous(long syndrome, long returnAddress) {
        int from = registers.level();
        enter(EL1, SYNCHRONOUS, returnAddress);
        system.store(SystemRegister.ESR_EL1, syndrome);
        vectorPending = true;
        pe.exceptionEntered(from, registers.pc, syndrome, returnAddress);
    }

    /** Takes a synchronous exception to EL2; the caller then calls the handler. */
    void synchronousEl2(long syndrome, long returnAddress) {
        enter(EL2, SYNCHRONOUS, returnAddress);
        system.store(SystemRegister.ESR_EL2, syndrome);
    }

    void undefined() {
        synchronous(syndrome(ExceptionClass.UNKNOWN, 0), registers.pc);
    }

    void illegalState() {
        synchronous(syndrome(ExceptionClass.ILLEGAL_STATE, 0), registers.pc);
    }

    void stackPointerAlignment() {
        synchronous(syndrome(ExceptionClass.SP_ALIGNMENT, 0), registers.pc);
    }

    void programCounterAlignment() {
        system.store(SystemRegister.FAR_EL1, registers.pc);
        synchronous(syndrome(ExceptionClass.PC_ALIGNMENT, 0), registers.pc);
    }

    /** Takes a fault of stage 1 or an alignment fault to EL1. */
    void abort(MemoryFault fault) {
        system.store(SystemRegister.FAR_EL1, fault.address());
        synchronous(
                abortSyndrome(fault.access(), registers.level(), fault.status(), fault.isMaintenance()), registers.pc);
    }

    private static long abortSyndrome(AccessKind access, int from, int faultStatus, boolean maintenance) {
        boolean lower = from == 0;
        if (access == AccessKind.EXECUTE) {
            ExceptionClass ec = lower ? ExceptionClass.INSTRUCTION_ABORT_LOWER : ExceptionClass.INSTRUCTION_ABORT_SAME;
            return syndrome(ec, Syndrome.abort(faultStatus, false, false));
        }
        ExceptionClass ec = lower ? ExceptionClass.DATA_ABORT_LOWER : ExceptionClass.DATA_ABORT_SAME;
        boolean write = maintenance || access == AccessKind.WRITE;
        return syndrome(ec, Syndrome.abort(faultStatus, write, false) | (maintenance ? CM : 0));
    }

    /** Takes a stage 2 fault to EL2; the caller then calls the handler. */
    void stage2Abort(MemoryFault fault, int word) {
        boolean fetch = fault.access() == AccessKind.EXECUTE;
        boolean write = fault.isMaintenance() || fault.access() == AccessKind.WRITE;
        long iss = Syndrome.abort(fault.status(), write, false);
        if (!fetch) {
            iss |= fault.isMaintenance() ? CM : AccessDetails.of(word);
        }
        system.store(SystemRegister.FAR_EL2, fault.address());
        system.store(SystemRegister.HPFAR_EL2, fault.ipa() >>> 8 & ~0xFL);
        ExceptionClass ec = fetch ? ExceptionClass.INSTRUCTION_ABORT_LOWER : ExceptionClass.DATA_ABORT_LOWER;
        synchronousEl2(syndrome(ec, iss), registers.pc);
    }

    void injectAbort(AccessKind access, long address, int faultStatus) {
        system.store(SystemRegister.FAR_EL1, address);
        int from = (int) (contextState() >>> 2) & 3;
        inject(abortSyndrome(access, from, faultStatus, false));
    }

    void injectUndefined() {
        inject(syndrome(ExceptionClass.UNKNOWN, 0));
    }

    /** PSTATE of the guest: the live one, or during a trap what SPSR_EL2 says. */
    private long contextState() {
        return pe.isInTrap() ? system.stored(SystemRegister.SPSR_EL2) : registers.pstate();
    }

    /**
     * Takes a synchronous exception to EL1 from the context of the guest. During a trap this PE is at EL2: it goes back to
     * the interrupted context, takes the exception there, and is trapped again at the first instruction of the vector.
     */
    private void inject(long syndrome) {
        if (!pe.isInTrap()) {
            synchronous(syndrome, registers.pc);
            return;
        }
        long el2State = registers.pstate();
        long el2Pc = registers.pc;
        registers.pstate(system.stored(SystemRegister.SPSR_EL2) & PSTATE_BITS);
        synchronous(syndrome, system.stored(SystemRegister.ELR_EL2));
        system.store(SystemRegister.SPSR_EL2, registers.pstate());
        system.store(SystemRegister.ELR_EL2, registers.pc);
        registers.pstate(el2State);
        registers.pc = el2Pc;
    }

    boolean isAtUnfetchedVector() {
        return vectorPending;
    }

    /** An instruction was fetched since the last exception to EL1. */
    void vectorFetched() {
        vectorPending = false;
    }

    /** Executes ERET at EL1. */
    void returnFromEl1() {
        long saved = system.stored(SystemRegister.SPSR_EL1);
        registers.pc = system.stored(SystemRegister.ELR_EL1);
        if (isGuestState(saved)) {
            registers.pstate(saved & PSTATE_BITS);
        } else {
            // Illegal exception return: level and stack pointer stay, the next instruction takes the exception.
            long kept = registers.pstate() & (MODE & ~ProcessorState.NRW);
            long taken = saved & (ProcessorState.NZCV | ProcessorState.DAIF);
            registers.pstate(kept | taken | ProcessorState.IL);
        }
        pe.exceptionReturned(EL1);
    }

    /** Returns to the guest after a trap; false if SPSR_EL2 is not a state of a guest. */
    boolean returnFromEl2() {
        long saved = system.stored(SystemRegister.SPSR_EL2);
        boolean legal = isGuestState(saved);
        registers.pc = system.stored(SystemRegister.ELR_EL2);
        registers.pstate(legal ? saved & PSTATE_BITS : ProcessorState.EL1H_MASKED.spsr() | ProcessorState.IL);
        pe.exceptionReturned(EL2);
        return legal;
    }

    @Override
    public String stateName() {
        return "exceptions";
    }

    @Override
    public void reset() {
        vectorPending = false;
    }

    @Override
    public void save(StateWriter writer) {
        writer.flag("vector-pending", vectorPending);
    }

    @Override
    public void restore(StateReader reader) {
        vectorPending = reader.flag("vector-pending");
    }
}
