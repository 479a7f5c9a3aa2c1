/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Register;
import io.faultline.api.arm64.Syndrome;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.api.trace.TraceEvent;
import io.faultline.api.trace.TraceSink;
import io.faultline.hwmodel.decode.Decoder;
import io.faultline.hwmodel.execute.CodeCache;
import io.faultline.hwmodel.execute.Executor;
import io.faultline.hwmodel.execute.Exit;
import io.faultline.hwmodel.execute.Interpreter;
import io.faultline.hwmodel.gic.CpuInterface;
import io.faultline.hwmodel.gic.InterruptController;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.memory.RamPage;
import io.faultline.hwmodel.mmu.MemoryAccess;
import io.faultline.hwmodel.mmu.MemoryFault;
import io.faultline.hwmodel.mmu.Stage2;
import io.faultline.hwmodel.mmu.TlbMode;
import io.faultline.hwmodel.registers.RegisterFile;
import io.faultline.hwmodel.timer.GenericTimers;
import io.faultline.hwmodel.timer.VirtualClock;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One processing element: architectural state and execution.
 *
 * <p>The guest runs at EL0 and EL1, or up to EL2 if the plan says so; the software at the level above, EL2 or EL3, is a
 * {@link TrapHandler}. Interrupts and due timers are looked at
 * before each instruction as far as they can have changed, so that {@link #run} for n instructions and n times
 * {@link #step} do the same. Not thread-safe: one thread runs a machine.
 *
 * <p>An instruction that took a synchronous exception counts as executed, so that a guest that does nothing but fault
 * still uses up its budget and its time.
 *
 * @since 0.1
 */
public final class ProcessingElement implements StateElement {
    /** What {@link #translate} returns if there is no translation. */
    public static final long UNMAPPED = -1;
    /** A bit of what {@link #translate} returns: the rest is a page of a translation table that is not resident. */
    public static final long ABSENT_TABLE = 1L << 62;

    private static final long TRANSLATED = 0x0000_FFFF_FFFF_F000L;
    private static final int GENERAL_REGISTERS = 31;
    private static final int NOT_STEPPED = 0;
    private static final int STEPPED = 1;
    private static final int STEPPED_EXCLUSIVE = 2;
    private static final int NO_INTERRUPT = 0;
    /** Marks the offset of a vector as that of a virtual interrupt. */
    private static final int VIRTUAL = 1 << 16;

    private final int index;
    private final int topLevel;
    private final LevelRegisters host;
    private final Affinity affinity;
    private final VirtualClock clock;
    private final TrapHandler handler;
    private final TraceSink trace;
    private final boolean tracing;
    private final Interconnect interconnect;
    private final GuestRam ram;
    private final CpuInterface cpuInterface;
    private final GenericTimers timers;
    private final RegisterFile registers = new RegisterFile();
    private final SystemRegisters system;
    private final MemoryAccess memory;
    private final Executor executor;
    private final Exceptions exceptions;
    private final SystemInstructions instructions;

    /** What software step knows of the last instruction: nothing, that it was stepped, and was a load-exclusive. */
    private int stepped;

    private long retired;
    private boolean attention;
    private boolean eventRegister;

    /** Set while the handler runs after an exception to EL2; a reset clears it, so that there is no return. */
    private boolean inTrap;
    /** Not state: it concerns the trap in progress. */
    private int trappedWord;
    /** Not state: it concerns the trap in progress. */
    private int trappedExternalStatus;
    /** Not state: it concerns the run in progress. */
    private boolean stopRequested;

    ProcessingElement(
            int index,
            int topLevel,
            Affinity affinity,
            GuestRam ram,
            Stage2 stage2,
            TlbMode tlb,
            InterruptController gic,
            VirtualClock clock,
            CodeCache code,
            Interconnect interconnect,
            TrapHandler handler,
            TraceSink trace) {
        this.index = index;
        this.topLevel = topLevel;
        host = LevelRegisters.of(topLevel + 1);
        this.affinity = affinity;
        this.ram = ram;
        this.clock = clock;
        this.interconnect = interconnect;
        this.handler = handler;
        this.trace = trace;
        tracing = trace.isEnabled();
        cpuInterface = gic.cpuInterface(index);
        timers = new GenericTimers(clock, gic.redistributor(index));
        system = new SystemRegisters(registers, cpuInterface, gic.virtualInterface(index), timers, affinity, topLevel);
        memory = new MemoryAccess(ram, stage2, system.storage(), topLevel, tlb);
        executor = new Interpreter(registers, system.storage(), memory, code);
        exceptions = new Exceptions(this, registers, system, topLevel);
        instructions = new SystemInstructions(
                this,
                registers,
                system,
                memory,
                exceptions,
                new InterfaceAccess(registers, system, gic.virtualInterface(index), topLevel));
        interconnect.join(this);
        reset();
    }

    /**
     * Returns which PE of the machine this is.
     *
     * @return 0 to number of PEs - 1
     */
    public int index() {
        return index;
    }

    /**
     * Returns the affinity.
     *
     * @return the affinity fields of MPIDR_EL1
     */
    public Affinity affinity() {
        return affinity;
    }

    /**
     * Reads a general-purpose register.
     *
     * @param n 0 to 30
     * @return Xn
     * @throws IllegalArgumentException if n is outside 0 to 30
     */
    public long x(int n) {
        return registers.x[generalRegister(n)];
    }

    /**
     * Writes a general-purpose register.
     *
     * @param n 0 to 30
     * @param value Xn
     * @throws IllegalArgumentException if n is outside 0 to 30
     */
    public void x(int n, long value) {
        registers.x[generalRegister(n)] = value;
    }

    private static int generalRegister(int n) {
        if (n < 0 || n >= GENERAL_REGISTERS) {
            throw new IllegalArgumentException("X" + n + " does not exist: general-purpose registers are X0 to X30");
        }
        return n;
    }

    /**
     * Tells whether this PE has a register.
     *
     * @param register the register
     * @return false if the register belongs to a feature that this PE does not have
     */
    public boolean has(Register register) {
        return register instanceof CoreRegister || SystemRegisterTable.rows().containsKey((SystemRegister) register);
    }

    /**
     * Reads any register by name, as a debugger does: no traps, no effects. Interrupt acknowledge registers read as the
     * highest priority pending interrupt; a register that cannot be read, or that this PE does not have, reads as zero.
     *
     * @param register the register
     * @return its value
     */
    public long read(Register register) {
        if (register instanceof CoreRegister core) {
            return switch (core) {
                case SP_EL0 -> registers.stackPointer(0);
                case SP_EL1 -> registers.stackPointer(1);
                case SP_EL2 -> registers.stackPointer(2);
                case PC -> registers.pc;
                case PSTATE -> registers.pstate();
                default -> x(core.ordinal());
            };
        }
        return system.read((SystemRegister) register);
    }

    /**
     * Writes any register by name, as a debugger does: no traps. Bits that do not exist keep their value.
     *
     * @param register the register
     * @param value its new value
     * @throws IllegalArgumentException if the register is read-only or this PE does not have it, or if PSTATE is one
     *     that cannot be
     */
    public void write(Register register, long value) {
        if (register instanceof CoreRegister core) {
            switch (core) {
                case SP_EL0 -> registers.stackPointer(0, value);
                case SP_EL1 -> registers.stackPointer(1, value);
                case SP_EL2 -> registers.stackPointer(2, value);
                case PC -> pc(value);
                case PSTATE -> writePstate(value);
                default -> x(core.ordinal(), value);
            }
        } else {
            writeSystem((SystemRegister) register, value);
        }
    }

    /** Writes a system register and makes it take effect. */
    void writeSystem(SystemRegister register, long value) {
        system.write(register, value);
        switch (register) {
            case SCTLR_EL1, SCTLR_EL2, HCR_EL2 -> {
                controlsChanged(register);
                stateChanged();
            }
            case TCR_EL1,
                    TTBR0_EL1,
                    TTBR1_EL1,
                    MAIR_EL1,
                    TCR_EL2,
                    TTBR0_EL2,
                    TTBR1_EL2,
                    MAIR_EL2,
                    VTCR_EL2,
                    VTTBR_EL2 -> controlsChanged(register);
            case SPSEL, PAN, UAO -> stateChanged();
            default -> {
                // nothing is derived from the others
            }
        }
    }

    private void controlsChanged(SystemRegister register) {
        memory.controlsChanged(register);
        executor.pagesChanged();
    }

    /**
     * Returns the address of the next instruction; during a trap, that of the EL2 vector.
     *
     * @return a virtual address
     */
    public long pc() {
        return registers.pc;
    }

    /**
     * Sets the address of the next instruction.
     *
     * @param address a virtual address
     */
    public void pc(long address) {
        registers.pc = address;
    }

    /**
     * Returns PSTATE; during a trap, that of EL2.
     *
     * @return PSTATE in the layout of SPSR
     */
    public ProcessorState pstate() {
        return new ProcessorState(registers.pstate());
    }

    /**
     * Sets PSTATE. Bits of features that this PE does not have stay zero.
     *
     * @param state the new state
     * @throws IllegalArgumentException if it is AArch32 or a level that this PE does not run guests at
     */
    public void pstate(ProcessorState state) {
        writePstate(state.spsr());
    }

    private void writePstate(long spsr) {
        if (!exceptions.isGuestState(spsr)) {
            throw new IllegalArgumentException("a guest cannot be in state " + new ProcessorState(spsr)
                    + ": EL0t, EL1t or EL1h" + (topLevel >= 2 ? ", EL2t or EL2h" : "") + ", AArch64");
        }
        registers.pstate(spsr & Exceptions.PSTATE_BITS);
        stateChanged();
    }

    /**
     * Returns the highest exception level at which the guest runs; the software above is the {@link TrapHandler}.
     *
     * @return EL1 or EL2
     */
    public ExceptionLevel topLevel() {
        return ExceptionLevel.of(topLevel);
    }

    /**
     * Returns the exception level; during a trap, the one above {@link #topLevel()}.
     *
     * @return the level
     */
    public ExceptionLevel level() {
        return ExceptionLevel.of(registers.level());
    }

    /**
     * Returns where a trap will return to: ELR of the level above the guest.
     *
     * @return a virtual address; meaningful only during a trap
     */
    public long returnAddress() {
        return system.stored(host.elr());
    }

    /**
     * Sets where a trap returns to.
     *
     * @param address a virtual address
     */
    public void returnAddress(long address) {
        system.store(host.elr(), address);
    }

    /**
     * Makes a trap return after the trapped instruction instead of to it. To software step, the instruction has been
     * executed.
     */
    public void completeTrapped() {
        returnAddress(returnAddress() + 4);
        returnState(returnState() & ~ProcessorState.SS);
    }

    /**
     * Returns the PSTATE with which a trap will return: SPSR of the level above the guest.
     *
     * @return PSTATE of the guest in the layout of SPSR; meaningful only during a trap
     */
    public long returnState() {
        return system.stored(host.spsr());
    }

    /**
     * Sets the PSTATE with which a trap returns.
     *
     * @param spsr the layout of SPSR
     */
    public void returnState(long spsr) {
        system.store(host.spsr(), spsr & 0xFFFF_FFFFL);
    }

    /**
     * Returns why the last trap was taken: ESR of the level above the guest.
     *
     * @return the syndrome
     */
    public Syndrome trapSyndrome() {
        return new Syndrome(system.stored(host.esr()));
    }

    /**
     * Returns the immediate of the call that was trapped last, as {@link Syndrome#immediate()} of {@link #trapSyndrome()}
     * does, which is made for everybody who asks.
     *
     * @return bits 15:0 of the syndrome
     */
    public int trapImmediate() {
        return (int) system.stored(host.esr()) & 0xFFFF;
    }

    /**
     * Returns the virtual address of the access of the last abort that was trapped: FAR of the level above the guest.
     *
     * @return a virtual address
     */
    public long trapFaultAddress() {
        return system.stored(host.far());
    }

    /**
     * Returns the instruction whose data access the last abort was about.
     *
     * @return the word; meaningful only during a trap by a data abort
     */
    public int trappedInstruction() {
        return trappedWord;
    }

    /**
     * Returns the timers of this PE.
     *
     * @return the timers
     */
    public GenericTimers timers() {
        return timers;
    }

    /**
     * Tells whether stage 1 of a level maps an address for reading, as AT S1E1R or S1E2R would find. A page of a
     * translation table that is not resident counts as not mapped.
     *
     * @param address virtual address
     * @param level EL1 or EL2
     * @return true if there is a translation
     */
    public boolean isMapped(long address, ExceptionLevel level) {
        try {
            return (memory.addressTranslate(level == ExceptionLevel.EL2, address, false, false, false) & 1) == 0;
        } catch (MemoryFault absent) {
            return false;
        }
    }

    /**
     * Finds the page that EL1 gets at by an address, for software above the guest that follows its pointers. It is found as
     * the guest's own accesses find it, so that it costs next to nothing if the TLB has it. PAN does not count.
     *
     * @param address virtual address, any value
     * @param write whether the page has to be writable
     * @return the page; null if a stage of translation does not permit the access or the page is not resident, of which
     *     {@link #translate} tells more
     */
    public @Nullable RamPage kernelPage(long address, boolean write) {
        return memory.kernelPage(address, write ? AccessKind.WRITE : AccessKind.READ);
    }

    /**
     * Translates by stage 1 of EL1, as AT S1E1R or S1E1W would: for software above the guest that follows its pointers.
     * PAN does not count.
     *
     * @param address virtual address, any value
     * @param write whether the page has to be writable
     * @return intermediate physical address; {@link #UNMAPPED} if there is no translation or it does not permit the
     *     access; with {@link #ABSENT_TABLE} set, the address of a page of a translation table that is not resident
     */
    public long translate(long address, boolean write) {
        try {
            long result = memory.addressTranslate(false, address, write, false, false);
            return (result & 1) == 0 ? result & TRANSLATED | address & PageSize.OFFSET_MASK : UNMAPPED;
        } catch (MemoryFault found) {
            return found.origin() == MemoryFault.Origin.HOST ? ABSENT_TABLE | PageSize.pageOf(found.ipa()) : UNMAPPED;
        }
    }

    /**
     * Returns the CPU interface of this PE.
     *
     * @return the interface that the guest reaches through ICC registers
     */
    public CpuInterface cpuInterface() {
        return cpuInterface;
    }

    /**
     * Tells whether an interrupt would end WFI: one of sufficient priority is pending, masked by PSTATE or not. Brings
     * the timers up to date first.
     *
     * @return true if one is
     */
    public boolean isInterruptPending() {
        timers.update();
        return cpuInterface.irqPending() || cpuInterface.fiqPending() || system.isSErrorPending() || isVirtualPending();
    }

    /**
     * Tells whether an interrupt would be taken before the next instruction. Brings the timers up to date first.
     *
     * @return true if one is pending that nothing masks
     */
    public boolean isInterruptDue() {
        timers.update();
        return dueInterrupt() != NO_INTERRUPT;
    }

    private boolean isVirtualPending() {
        return topLevel >= 2
                && contextLevel() < 2
                && !system.hasAnyHcr(Bits.HCR_TGE)
                && (system.hasAnyHcr(Bits.HCR_IMO) && system.isVirtualIrqPending()
                        || system.hasAnyHcr(Bits.HCR_FMO) && system.isVirtualFiqPending()
                        || system.hasHcr(Bits.HCR_AMO | Bits.HCR_VSE));
    }

    private int contextLevel() {
        return (int) (exceptions.contextState() >>> 2) & 3;
    }

    /**
     * Tells whether the event register is set, which ends WFE: by SEV of any PE, SEVL, or an exception return.
     *
     * @return true if it is
     */
    public boolean isEventSet() {
        return eventRegister;
    }

    /** Sets the event register. */
    void signalEvent() {
        eventRegister = true;
    }

    boolean takeEvent() {
        boolean was = eventRegister;
        eventRegister = false;
        return was;
    }

    void broadcastEvent() {
        interconnect.sendEvent();
    }

    /** Carries out TLB maintenance on this PE. */
    void invalidate(TlbOperation operation, boolean el2, long argument) {
        operation.apply(memory, executor, el2, argument);
    }

    void broadcastInvalidate(TlbOperation operation, boolean el2, long argument) {
        interconnect.invalidate(operation, el2, argument);
    }

    /**
     * Returns how many instructions were executed since reset.
     *
     * @return a count, those that took an exception included
     */
    public long retired() {
        return retired;
    }

    /** Makes the PE call {@link TrapHandler#attention} before its next instruction. */
    public void requestAttention() {
        attention = true;
    }

    /** Makes {@link #run} return after the instruction or trap in progress, or at once if none is. */
    public void requestStop() {
        stopRequested = true;
    }

    /**
     * Runs.
     *
     * @param limit most instructions to execute, at least 0
     * @return why it stopped
     * @throws IllegalArgumentException if the limit is negative
     */
    public StopReason run(long limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("a PE cannot run for " + limit + " instructions");
        }
        long end = limit > Long.MAX_VALUE - retired ? Long.MAX_VALUE : retired + limit;
        memory.beforeRun();
        for (; ; ) {
            if (stopRequested) {
                stopRequested = false;
                return StopReason.STOP_REQUESTED;
            }
            if (retired >= end) {
                return StopReason.LIMIT;
            }
            if (!takeAsynchronous() && !stopRequested) {
                execute(end - retired);
            }
        }
    }

    /**
     * Takes one due asynchronous exception or attention, or else executes one instruction, with the synchronous
     * exception it may cause.
     *
     * @return {@link StopReason#LIMIT} after a step, {@link StopReason#STOP_REQUESTED} if a stop was requested before or
     *     in it
     */
    public StopReason step() {
        memory.beforeRun();
        if (!stopRequested && !takeAsynchronous() && !stopRequested) {
            execute(1);
        }
        if (stopRequested) {
            stopRequested = false;
            return StopReason.STOP_REQUESTED;
        }
        return StopReason.LIMIT;
    }

    /** Returns true if control went somewhere else. */
    private boolean takeAsynchronous() {
        timers.update();
        if (attention) {
            attention = false;
            if (handler.attention(this)) {
                return true;
            }
        }
        if (stopRequested) {
            return false;
        }
        int due = dueInterrupt();
        if (due != NO_INTERRUPT) {
            takeInterrupt(due);
            return true;
        }
        if (isStepRequested() && exceptions.isStepping() && !registers.isAnySet(ProcessorState.SS)) {
            exceptions.softwareStep(stepped != NOT_STEPPED, stepped == STEPPED_EXCLUSIVE);
            stepped = NOT_STEPPED;
            return true;
        }
        return false;
    }

    private boolean isStepRequested() {
        return (system.stored(SystemRegister.MDSCR_EL1) & Bits.MDSCR_SS) != 0;
    }

    /** Returns the offset of the vector of the interrupt to take now, with {@link #VIRTUAL} if it is one. */
    private int dueInterrupt() {
        if (cpuInterface.fiqPending() && isUnmasked(Bits.HCR_FMO, ProcessorState.F)) {
            return Exceptions.FIQ;
        }
        if (cpuInterface.irqPending() && isUnmasked(Bits.HCR_IMO, ProcessorState.I)) {
            return Exceptions.IRQ;
        }
        if (system.isSErrorPending() && isUnmasked(Bits.HCR_AMO, ProcessorState.A)) {
            return Exceptions.SERROR;
        }
        return topLevel < 2 ? NO_INTERRUPT : dueVirtualInterrupt();
    }

    private int dueVirtualInterrupt() {
        if (registers.level() >= 2 || system.hasAnyHcr(Bits.HCR_TGE)) {
            return NO_INTERRUPT;
        }
        if (system.hasAnyHcr(Bits.HCR_FMO) && system.isVirtualFiqPending() && !registers.isAnySet(ProcessorState.F)) {
            return Exceptions.FIQ | VIRTUAL;
        }
        if (system.hasAnyHcr(Bits.HCR_IMO) && system.isVirtualIrqPending() && !registers.isAnySet(ProcessorState.I)) {
            return Exceptions.IRQ | VIRTUAL;
        }
        if (system.hasHcr(Bits.HCR_AMO | Bits.HCR_VSE) && !registers.isAnySet(ProcessorState.A)) {
            return Exceptions.SERROR | VIRTUAL;
        }
        return NO_INTERRUPT;
    }

    /** Whether a physical interrupt that a bit of HCR_EL2 routes can be taken at this level. */
    private boolean isUnmasked(long routing, long mask) {
        if (topLevel < 2) {
            return !registers.isAnySet(mask);
        }
        int target = physicalTarget(routing);
        int level = registers.level();
        return target > level && target == 2 || target >= level && !registers.isAnySet(mask);
    }

    private int physicalTarget(long routing) {
        return topLevel >= 2 && system.hasAnyHcr(routing | Bits.HCR_TGE) ? 2 : 1;
    }

    private void takeInterrupt(int due) {
        stepped = NOT_STEPPED;
        boolean virtual = (due & VIRTUAL) != 0;
        switch (due & ~VIRTUAL) {
            case Exceptions.FIQ -> exceptions.interrupt(virtual ? 1 : physicalTarget(Bits.HCR_FMO), Exceptions.FIQ);
            case Exceptions.IRQ -> exceptions.interrupt(virtual ? 1 : physicalTarget(Bits.HCR_IMO), Exceptions.IRQ);
            default -> takeSError(virtual);
        }
    }

    private void takeSError(boolean virtual) {
        if (virtual) {
            system.write(SystemRegister.HCR_EL2, system.stored(SystemRegister.HCR_EL2) & ~Bits.HCR_VSE);
            exceptions.serror(1, 0);
        } else {
            system.serrorPending(false);
            exceptions.serror(physicalTarget(Bits.HCR_AMO), 0);
        }
    }

    /** Executes up to a number of instructions without anything asynchronous becoming due in between. */
    private void execute(long most) {
        if (registers.isAnySet(ProcessorState.IL)) {
            account(1);
            exceptions.illegalState();
            return;
        }
        if (isStepRequested()) {
            if (exceptions.isStepping()) {
                executeStepped();
                return;
            }
            stepped = NOT_STEPPED;
        }
        long budget = attention ? 1 : Math.min(most, clock.instructionsUntil(timers.nextDeadline()));
        execute(executor.run(budget));
    }

    /** One instruction with software step active and not pending; if it completes, the step is pending afterwards. */
    private void executeStepped() {
        long pc = registers.pc;
        stepped = NOT_STEPPED;
        Exit exit = runAlone();
        execute(exit);
        if (exit == Exit.BUDGET) {
            registers.clear(ProcessorState.SS);
            stepped = Decoder.isLoadExclusive(executor.wordAt(pc)) ? STEPPED_EXCLUSIVE : STEPPED;
        }
    }

    /** One instruction that may raise interrupt lines. */
    private Exit runAlone() {
        memory.alone(true);
        try {
            return executor.run(1);
        } finally {
            memory.alone(false);
        }
    }

    /** An instruction of the system space has completed, or is a call, whose exception comes after it (SSAdvance). */
    void stepCompleted() {
        if (registers.isAnySet(ProcessorState.SS)) {
            registers.clear(ProcessorState.SS);
            stepped = STEPPED;
        }
    }

    private void execute(Exit exit) {
        account(executor.executed());
        switch (exit) {
            case BUDGET -> exceptions.vectorFetched();
            case INSTRUCTION -> {
                exceptions.vectorFetched();
                account(1);
                executeSystemInstruction(executor.word());
            }
            case FAULT -> {
                MemoryFault fault = executor.fault();
                if (fault.origin() == MemoryFault.Origin.INTERRUPTING) {
                    execute(runAlone());
                    return;
                }
                if (executor.executed() > 0 || fault.access() != AccessKind.EXECUTE) {
                    exceptions.vectorFetched();
                }
                account(1);
                takeFault(fault);
            }
        }
    }

    private void executeSystemInstruction(int word) {
        try {
            instructions.execute(word);
        } catch (MemoryFault fault) {
            takeFault(fault);
        }
    }

    private void account(long instructionCount) {
        retired += instructionCount;
        clock.retire(instructionCount);
    }

    private void takeFault(MemoryFault fault) {
        switch (fault.origin()) {
            case STAGE1 -> exceptions.abort(fault);
            case STACK_POINTER -> exceptions.stackPointerAlignment();
            case PROGRAM_COUNTER -> exceptions.programCounterAlignment();
            case STAGE2 -> exceptions.stage2Abort(fault, faultingWord(fault));
            case INTERRUPTING -> throw new IllegalStateException("a store that raises a line is executed, not taken");
            case HOST -> {
                AccessKind access = fault.access();
                long address = fault.ipa();
                boolean walk = fault.isOnWalk();
                trappedWord = faultingWord(fault);
                trappedExternalStatus = fault.externalStatus();
                exceptions.hostAbort(fault, trappedWord);
                if (tracing) {
                    emit(new TraceEvent.Stage2Abort(index, address, access, walk));
                }
                trap(TrapHandler::stage2Abort, access, address, walk);
            }
        }
    }

    /** A method of the handler that takes a memory access. */
    private interface AbortEntry {
        void enter(TrapHandler handler, ProcessingElement pe, AccessKind access, long ipa, boolean stage1Walk);
    }

    private int faultingWord(MemoryFault fault) {
        return fault.access() == AccessKind.EXECUTE ? 0 : executor.wordAt(registers.pc);
    }

    private void trap(AbortEntry entry, AccessKind access, long address, boolean walk) {
        inTrap = true;
        try {
            entry.enter(handler, this, access, address, walk);
        } finally {
            returnFromTrap();
        }
    }

    /** A method of the handler that takes nothing else. */
    interface TrapEntry {
        void enter(TrapHandler handler, ProcessingElement pe);
    }

    /** Calls the handler after an exception to EL2 was entered, and returns from the exception. */
    void trap(TrapEntry entry) {
        inTrap = true;
        try {
            entry.enter(handler, this);
        } finally {
            returnFromTrap();
        }
    }

    private void returnFromTrap() {
        if (inTrap) {
            inTrap = false;
            if (!exceptions.returnFromHost()) {
                handler.unrecoverable(this, "exception return to a state of the guest that cannot be");
                stopRequested = true;
            }
        }
    }

    boolean isInTrap() {
        return inTrap;
    }

    /** What depends on the exception level, other bits of PSTATE that concern memory, SCTLR and HCR_EL2. */
    void stateChanged() {
        int level = registers.level();
        if (level > topLevel) {
            return;
        }
        boolean el2 = level == 2 || level == 0 && system.hasHcr(Bits.HCR_HOST);
        long control = system.stored(el2 ? SystemRegister.SCTLR_EL2 : SystemRegister.SCTLR_EL1);
        executor.checkStackAlignment((control & (level == 0 ? Bits.SCTLR_SA0 : Bits.SCTLR_SA)) != 0);
        memory.context(registers.pstate());
        executor.context(memory.bank());
    }

    /** An ERET was executed: the reservation ends, the event register is set. */
    void exceptionReturned(int from) {
        memory.monitor().clear();
        eventRegister = true;
        stateChanged();
        if (tracing && from <= topLevel) {
            emit(new TraceEvent.ExceptionReturn(index, from, registers.level(), registers.pc));
        }
    }

    /** An exception was entered at a level of the guest. */
    void exceptionEntered(int from, int target, long vector, long syndrome, long returnAddress) {
        if (tracing) {
            emit(new TraceEvent.ExceptionEntry(index, from, target, vector, syndrome, returnAddress));
        }
    }

    void acknowledged(long intid) {
        if (tracing) {
            emit(new TraceEvent.InterruptAcknowledged(index, (int) intid));
        }
    }

    private void emit(TraceEvent event) {
        trace.emit(clock.now(), event);
    }

    /**
     * Gives the guest a synchronous abort, through the one exception-entry routine, at the level that takes those of its
     * present level. During a trap it is taken from the context that the trap interrupted, which becomes the first
     * instruction of the vector; otherwise from the current one.
     *
     * @param access EXECUTE for an instruction abort, else a data abort
     * @param address for FAR
     * @param faultStatus for ESR, see {@link io.faultline.api.arm64.FaultStatus}; usually EXTERNAL
     */
    public void injectAbort(AccessKind access, long address, int faultStatus) {
        exceptions.injectAbort(Objects.requireNonNull(access, "access"), address, faultStatus, false);
    }

    /**
     * Gives the guest, during a trap of {@link TrapHandler#stage2Abort}, the external abort of an access that nothing
     * answers: with the level of the walk if a table walk made it, and as a fault of maintenance if such an instruction
     * did.
     *
     * @param access as the handler was told
     */
    public void injectExternalAbort(AccessKind access) {
        exceptions.injectAbort(
                access,
                trapFaultAddress(),
                trappedExternalStatus,
                trapSyndrome().isCacheMaintenance());
    }

    /**
     * Makes a physical SError interrupt pending. It is taken when PSTATE.A and HCR_EL2 allow it, with an ISS of zero; two
     * that are pending are one.
     */
    public void pendSError() {
        system.serrorPending(true);
    }

    /** Gives the guest the exception of an undefined instruction, in the same way as {@link #injectAbort}. */
    public void injectUndefined() {
        exceptions.injectUndefined();
    }

    /**
     * Takes, during a trap, the interrupt that the interrupted context would take before its next instruction, through the
     * one exception-entry routine. The trap then ends at the first instruction of the vector.
     *
     * @return false if none is due in that context; then nothing has changed
     * @throws IllegalStateException if the PE is not in a trap
     */
    public boolean injectDueInterrupt() {
        if (!isInTrap()) {
            throw new IllegalStateException("an interrupt is injected during a trap only");
        }
        timers.update();
        return exceptions.inTrappedContext(() -> {
            int due = dueInterrupt();
            if (due != NO_INTERRUPT) {
                takeInterrupt(due);
            }
            return due != NO_INTERRUPT;
        });
    }

    /**
     * Tells whether the guest is at the vector of the exception that it took last and has not been able to fetch it yet.
     * An instruction abort then is a double fault: injecting another abort would never end.
     *
     * @return true if so; during a trap, about the context that the trap interrupted
     */
    public boolean isAtUnfetchedVector() {
        return exceptions.isAtUnfetchedVector();
    }

    /**
     * Puts the PE into the state of PSCI CPU_ON: cold reset, at the highest level of the guest with its own stack pointer
     * and everything masked.
     *
     * @param entry PC
     * @param context X0
     */
    public void reset(long entry, long context) {
        reset();
        registers.pc = entry;
        registers.x[0] = context;
    }

    @Override
    public String stateName() {
        return "pe." + index;
    }

    /** Cold reset with PC 0. Its redistributor is not touched: it is outside the power domain. */
    @Override
    public void reset() {
        registers.reset();
        registers.pstate(ProcessorState.DAIF | (long) topLevel << 2 | ProcessorState.SP);
        system.reset();
        timers.reset();
        memory.monitor().reset();
        exceptions.reset();
        retired = 0;
        attention = false;
        eventRegister = false;
        inTrap = false;
        stepped = NOT_STEPPED;
        derive();
    }

    /** Works out again what is derived from registers. */
    private void derive() {
        forgetTranslations();
        stateChanged();
    }

    private void forgetTranslations() {
        memory.reset();
        executor.pagesChanged();
    }

    /** Forgets cached translations, so that this PE and one that is restored go on in the same way. */
    @Override
    public void save(StateWriter writer) {
        forgetTranslations();
        writer.element(registers);
        writer.element(system);
        writer.element(timers);
        writer.element(memory.monitor());
        writer.element(exceptions);
        writer.word("stepped", stepped);
        writer.word("retired", retired);
        writer.flag("attention", attention);
        writer.flag("event", eventRegister);
    }

    @Override
    public void restore(StateReader reader) {
        reader.element(registers);
        reader.element(system);
        reader.element(timers);
        reader.element(memory.monitor());
        reader.element(exceptions);
        stepped = reader.integer("stepped", NOT_STEPPED, STEPPED_EXCLUSIVE);
        retired = reader.word("retired", 0, Long.MAX_VALUE);
        attention = reader.flag("attention");
        eventRegister = reader.flag("event");
        if (!exceptions.isGuestState(registers.pstate())) {
            throw reader.section("registers").invalid("pstate", "is not a state of a guest");
        }
        derive();
    }

    /**
     * Describes where the PE is, for people.
     *
     * @return index, PC and PSTATE
     */
    @Override
    public String toString() {
        return "PE " + index + " at 0x" + Long.toHexString(registers.pc) + ", " + pstate();
    }
}
