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
import java.util.function.BooleanSupplier;

/**
 * Exception entry and return (Arm ARM, AArch64.TakeException and AArch64.ExceptionReturn): one routine, {@link #enter},
 * whatever the reason and the level.
 */
final class Exceptions implements StateElement {
    /** Offset of the vectors of synchronous exceptions. */
    static final int SYNCHRONOUS = 0x000;
    /** Offset of the IRQ vectors. */
    static final int IRQ = 0x080;
    /** Offset of the FIQ vectors. */
    static final int FIQ = 0x100;
    /** Offset of the SError vectors. */
    static final int SERROR = 0x180;

    /** Bits of PSTATE that this PE has. */
    static final long PSTATE_BITS = ProcessorState.NZCV
            | ProcessorState.DAIF
            | ProcessorState.IL
            | ProcessorState.SS
            | ProcessorState.PAN
            | ProcessorState.UAO
            | 0xC
            | ProcessorState.SP;

    private static final long MODE = 0x1F;
    private static final int LOWER_LEVEL = 0x400;
    private static final int SAME_LEVEL_SPX = 0x200;
    private static final long IL = 1L << 25;
    private static final long CM = 1L << 8;
    private static final int EC_SHIFT = 26;
    private static final long STEP_ISV = 1L << 24;
    private static final long STEP_EX = 1L << 6;
    private static final long STEP_STATUS = 0b100010;

    private final ProcessingElement pe;
    private final RegisterFile registers;
    private final SystemRegisters system;
    private final int topLevel;
    /** The vector of the last exception to the guest has not been fetched yet. */
    private boolean vectorPending;

    Exceptions(ProcessingElement pe, RegisterFile registers, SystemRegisters system, int topLevel) {
        this.pe = pe;
        this.registers = registers;
        this.system = system;
        this.topLevel = topLevel;
    }

    /** Whether a PSTATE is that of a level of the guest in AArch64. */
    boolean isGuestState(long pstate) {
        long mode = pstate & MODE;
        return (mode & 0b10010) == 0 && mode != 1 && mode >>> 2 <= topLevel;
    }

    static long syndrome(ExceptionClass exceptionClass, long iss) {
        return (long) exceptionClass.code() << EC_SHIFT | IL | iss;
    }

    private boolean hasHcr(long bits) {
        return (system.stored(SystemRegister.HCR_EL2) & bits) == bits;
    }

    /** The level that takes what a level causes, if no trap routes it elsewhere. */
    private int targetOf(int from) {
        if (from > 0) {
            return from;
        }
        return hasHcr(Bits.HCR_TGE) ? 2 : 1;
    }

    /**
     * Takes an exception from the current context.
     *
     * @param target 1 to 3
     * @param offset which of the four kinds
     * @param returnAddress preferred return address
     */
    private void enter(int target, int offset, long returnAddress) {
        LevelRegisters of = LevelRegisters.of(target);
        long interrupted = registers.pstate();
        long vector = system.stored(of.vbar()) + group(target, interrupted) + offset;
        system.store(of.spsr(), interrupted);
        system.store(of.elr(), returnAddress);
        registers.pstate(EntryState.of(interrupted, target, entryControl(target)));
        registers.pc = vector;
        pe.stateChanged();
    }

    /** SCTLR of a level, with SPAN as one where PAN stays as it is. */
    private long entryControl(int target) {
        long sctlr = system.stored(LevelRegisters.of(target).sctlr());
        return target == 2 && !hasHcr(Bits.HCR_HOST) ? sctlr | Bits.SCTLR_SPAN : sctlr;
    }

    private static int group(int target, long interrupted) {
        int from = (int) (interrupted >>> 2) & 3;
        return from < target ? LOWER_LEVEL : (interrupted & ProcessorState.SP) != 0 ? SAME_LEVEL_SPX : 0;
    }

    /** Takes an exception to a level of the guest. */
    private void enterGuest(int target, int offset, long syndrome, long returnAddress) {
        int from = registers.level();
        enter(target, offset, returnAddress);
        vectorPending = true;
        pe.exceptionEntered(from, target, registers.pc, syndrome, returnAddress);
    }

    /** Takes an interrupt. */
    void interrupt(int target, int offset) {
        enterGuest(target, offset, 0, registers.pc);
    }

    /** Takes an SError interrupt. */
    void serror(int target, long iss) {
        long syndrome = syndrome(ExceptionClass.SERROR, iss);
        enterGuest(target, SERROR, syndrome, registers.pc);
        system.store(LevelRegisters.of(target).esr(), syndrome);
    }

    /** Takes a synchronous exception to a level of the guest. */
    void synchronous(int target, long syndrome, long returnAddress) {
        enterGuest(target, SYNCHRONOUS, syndrome, returnAddress);
        system.store(LevelRegisters.of(target).esr(), syndrome);
    }

    /** Takes a synchronous exception to where the current level takes its own. */
    void synchronous(long syndrome, long returnAddress) {
        synchronous(targetOf(registers.level()), syndrome, returnAddress);
    }

    /** Takes a synchronous exception to the software above the guest; the caller then calls it. */
    void synchronousHost(long syndrome, long returnAddress) {
        int host = topLevel + 1;
        enter(host, SYNCHRONOUS, returnAddress);
        system.store(LevelRegisters.of(host).esr(), syndrome);
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
        int target = targetOf(registers.level());
        system.store(LevelRegisters.of(target).far(), registers.pc);
        synchronous(target, syndrome(ExceptionClass.PC_ALIGNMENT, 0), registers.pc);
    }

    /** BRK, which is a debug exception wherever those are enabled: it always is taken. */
    void breakpoint(long immediate) {
        synchronous(Math.max(debugTarget(), registers.level()), syndrome(ExceptionClass.BRK, immediate), registers.pc);
    }

    /** The level that takes debug exceptions of EL0 and EL1. */
    private int debugTarget() {
        boolean routed = (system.stored(SystemRegister.MDCR_EL2) & Bits.MDCR_TDE) != 0;
        return topLevel >= 2 && (routed || hasHcr(Bits.HCR_TGE)) ? 2 : 1;
    }

    /** AArch64.GenerateDebugExceptionsFrom. */
    private boolean areDebugExceptionsEnabled(int from, boolean masked) {
        if ((system.stored(SystemRegister.OSLSR_EL1) & Features.OSLSR_OSLK) != 0
                || (system.stored(SystemRegister.OSDLR_EL1) & 1) != 0) {
            return false;
        }
        int target = debugTarget();
        if (from == target) {
            return (system.stored(SystemRegister.MDSCR_EL1) & Bits.MDSCR_KDE) != 0 && !masked;
        }
        return target > from;
    }

    private boolean isStepRequested() {
        return (system.stored(SystemRegister.MDSCR_EL1) & Bits.MDSCR_SS) != 0;
    }

    /** Whether software step is active at the current level. */
    boolean isStepping() {
        return isStepRequested() && areDebugExceptionsEnabled(registers.level(), registers.isAnySet(ProcessorState.D));
    }

    /**
     * Takes a software step exception.
     *
     * @param stepped whether an instruction was stepped, so that what is said about it is valid
     * @param exclusive whether it was a load-exclusive
     */
    void softwareStep(boolean stepped, boolean exclusive) {
        int target = debugTarget();
        ExceptionClass ec =
                target == registers.level() ? ExceptionClass.SOFTWARE_STEP_SAME : ExceptionClass.SOFTWARE_STEP_LOWER;
        long iss = STEP_STATUS | (stepped ? STEP_ISV : 0) | (stepped && exclusive ? STEP_EX : 0);
        synchronous(target, syndrome(ec, iss), registers.pc);
    }

    /** Takes a fault of stage 1, an alignment fault or an external abort. */
    void abort(MemoryFault fault) {
        int from = registers.level();
        int target = targetOf(from);
        system.store(LevelRegisters.of(target).far(), fault.address());
        synchronous(
                target,
                abortSyndrome(fault.access(), from, target, fault.status(), fault.isMaintenance()),
                registers.pc);
    }

    private static long abortSyndrome(AccessKind access, int from, int target, int faultStatus, boolean maintenance) {
        boolean lower = from < target;
        if (access == AccessKind.EXECUTE) {
            ExceptionClass ec = lower ? ExceptionClass.INSTRUCTION_ABORT_LOWER : ExceptionClass.INSTRUCTION_ABORT_SAME;
            return syndrome(ec, Syndrome.abort(faultStatus, false, false));
        }
        ExceptionClass ec = lower ? ExceptionClass.DATA_ABORT_LOWER : ExceptionClass.DATA_ABORT_SAME;
        boolean write = maintenance || access == AccessKind.WRITE;
        return syndrome(ec, Syndrome.abort(faultStatus, write, false) | (maintenance ? CM : 0));
    }

    /** The syndrome of a fault in a translation that a higher level is in charge of. */
    private long lowerAbortSyndrome(MemoryFault fault, int word) {
        boolean fetch = fault.access() == AccessKind.EXECUTE;
        boolean write = fault.isMaintenance() || fault.access() == AccessKind.WRITE;
        long iss = Syndrome.abort(fault.status(), write && !fetch, fault.isOnWalk());
        if (fault.isMaintenance()) {
            iss |= CM;
        } else if (!fetch && !fault.isOnWalk()) {
            iss |= AccessDetails.of(word);
        }
        return syndrome(fetch ? ExceptionClass.INSTRUCTION_ABORT_LOWER : ExceptionClass.DATA_ABORT_LOWER, iss);
    }

    private static long hpfar(long ipa) {
        return ipa >>> 8 & ~0xFL;
    }

    /** Takes a fault of the stage 2 that the guest's own EL2 is in charge of. */
    void stage2Abort(MemoryFault fault, int word) {
        system.store(SystemRegister.FAR_EL2, fault.address());
        system.store(SystemRegister.HPFAR_EL2, hpfar(fault.ipa()));
        synchronous(2, lowerAbortSyndrome(fault, word), registers.pc);
    }

    /** Takes a fault that is the business of the software above the guest; the caller then calls it. */
    void hostAbort(MemoryFault fault, int word) {
        system.store(LevelRegisters.of(topLevel + 1).far(), fault.address());
        if (topLevel == 1) {
            system.store(SystemRegister.HPFAR_EL2, hpfar(fault.ipa()));
        }
        synchronousHost(lowerAbortSyndrome(fault, word), registers.pc);
    }

    void injectAbort(AccessKind access, long address, int faultStatus, boolean maintenance) {
        int from = (int) (contextState() >>> 2) & 3;
        int target = targetOf(from);
        system.store(LevelRegisters.of(target).far(), address);
        inject(target, abortSyndrome(access, from, target, faultStatus, maintenance));
    }

    void injectUndefined() {
        inject(targetOf((int) (contextState() >>> 2) & 3), syndrome(ExceptionClass.UNKNOWN, 0));
    }

    /** PSTATE of the guest: the live one, or during a trap the one that was saved. */
    long contextState() {
        return pe.isInTrap() ? pe.returnState() : registers.pstate();
    }

    /**
     * Takes a synchronous exception from the context of the guest. During a trap this PE is above the guest: it goes back
     * to the interrupted context, takes the exception there, and is trapped again at the first instruction of the vector.
     */
    private void inject(int target, long syndrome) {
        if (pe.isInTrap()) {
            inTrappedContext(() -> {
                synchronous(target, syndrome, registers.pc);
                return true;
            });
        } else {
            synchronous(target, syndrome, registers.pc);
        }
    }

    /**
     * Takes an exception in the context that a trap interrupted, which becomes the one that the trap ends with.
     *
     * @param entry enters the exception as if that context were the present one; returns whether it did
     * @return what the entry returned
     */
    boolean inTrappedContext(BooleanSupplier entry) {
        long hostState = registers.pstate();
        long hostPc = registers.pc;
        registers.pstate(pe.returnState() & PSTATE_BITS);
        registers.pc = pe.returnAddress();
        boolean entered = entry.getAsBoolean();
        if (entered) {
            pe.returnState(registers.pstate());
            pe.returnAddress(registers.pc);
        }
        registers.pstate(hostState);
        registers.pc = hostPc;
        pe.stateChanged();
        return entered;
    }

    boolean isAtUnfetchedVector() {
        return vectorPending;
    }

    /** An instruction was fetched since the last exception of the guest. */
    void vectorFetched() {
        vectorPending = false;
    }

    /** Executes ERET at a level of the guest. */
    void exceptionReturn() {
        int level = registers.level();
        LevelRegisters of = LevelRegisters.of(level);
        long saved = system.stored(of.spsr());
        boolean legal = isLegalReturn(level, saved);
        int destination = legal ? (int) (saved >>> 2) & 3 : level;
        boolean armed = isStepRequested()
                && !areDebugExceptionsEnabled(level, registers.isAnySet(ProcessorState.D))
                && areDebugExceptionsEnabled(destination, (saved & ProcessorState.D) != 0);
        long step = armed ? saved & ProcessorState.SS : 0;
        registers.pc = system.stored(of.elr());
        if (legal) {
            registers.pstate(saved & PSTATE_BITS & ~ProcessorState.SS | step);
        } else {
            // Illegal exception return: level and stack pointer stay, the next instruction takes the exception.
            long kept = registers.pstate() & (MODE & ~ProcessorState.NRW | ProcessorState.UAO);
            long taken = saved & (ProcessorState.NZCV | ProcessorState.DAIF | ProcessorState.PAN);
            registers.pstate(kept | taken | step | ProcessorState.IL);
        }
        pe.exceptionReturned(level);
    }

    private boolean isLegalReturn(int level, long saved) {
        int destination = (int) (saved >>> 2) & 3;
        return isGuestState(saved) && destination <= level && !(destination == 1 && level == 2 && hasHcr(Bits.HCR_TGE));
    }

    /** Returns to the guest after a trap; false if the saved state is not one of a guest. */
    boolean returnFromHost() {
        long saved = pe.returnState();
        boolean legal = isGuestState(saved);
        registers.pc = pe.returnAddress();
        registers.pstate(legal ? saved & PSTATE_BITS : ProcessorState.EL1H_MASKED.spsr() | ProcessorState.IL);
        pe.exceptionReturned(topLevel + 1);
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
