/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.ExceptionClass;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.hwmodel.decode.Decoder;
import io.faultline.hwmodel.decode.Fields;
import io.faultline.hwmodel.decode.Operation;
import io.faultline.hwmodel.mmu.MemoryAccess;
import io.faultline.hwmodel.registers.RegisterFile;

/** The instructions that concern more than registers and memory: exceptions, system registers, waiting, maintenance. */
final class SystemInstructions {
    /** ISS of a trapped WFI: condition valid, always. */
    private static final long WFX_ISS = 1L << 24 | 0xEL << 20;

    private static final long WFE = 1;
    private static final int PAN_SHIFT = 22;
    private static final int UAO_SHIFT = 23;
    /** Encodings of CRn 11 and 15 in SYS and in MRS and MSR, which are left to implementations. */
    private static final int CRN_MASK = 0b1011;

    private final ProcessingElement pe;
    private final RegisterFile registers;
    private final SystemRegisters system;
    private final MemoryAccess memory;
    private final Exceptions exceptions;
    private final InterfaceAccess interrupts;

    SystemInstructions(
            ProcessingElement pe,
            RegisterFile registers,
            SystemRegisters system,
            MemoryAccess memory,
            Exceptions exceptions,
            InterfaceAccess interrupts) {
        this.interrupts = interrupts;
        this.pe = pe;
        this.registers = registers;
        this.system = system;
        this.memory = memory;
        this.exceptions = exceptions;
    }

    /** Executes the instruction at PC. */
    void execute(int word) {
        Operation operation = Decoder.find(word).operation();
        switch (operation) {
            case SVC -> supervisorCall(word);
            case HVC -> hypervisorCall(word);
            case SMC -> secureMonitorCall(word);
            case BRK -> exceptions.breakpoint(immediate(word));
            case ERET -> exceptionReturn();
            case WFI -> waitForInterrupt();
            case WFE -> waitForEvent();
            case SEV -> {
                pe.broadcastEvent();
                advance();
            }
            case SEVL -> {
                pe.signalEvent();
                advance();
            }
            case MSR_SPSEL -> setStateField(word, SystemRegister.SPSEL, 0);
            case MSR_PAN -> setStateField(word, SystemRegister.PAN, PAN_SHIFT);
            case MSR_UAO -> setStateField(word, SystemRegister.UAO, UAO_SHIFT);
            case MSR_DAIFSET -> changeMasks(word, true);
            case MSR_DAIFCLR -> changeMasks(word, false);
            case MSR -> writeRegister(word);
            case MRS -> readRegister(word);
            case SYS -> systemOperation(word);
            default -> exceptions.undefined();
        }
    }

    private void advance() {
        registers.pc += 4;
        pe.stepCompleted();
    }

    private static long immediate(int word) {
        return Fields.bits(word, 5, 16);
    }

    /** Whether EL2 is A64 code of the guest. */
    private boolean hasEl2() {
        return pe.topLevel() == ExceptionLevel.EL2;
    }

    /** Whether SCTLR of the level in charge of EL0 has a bit set. */
    private boolean permitsEl0(long bit) {
        SystemRegister control = system.hasHcr(Bits.HCR_HOST) ? SystemRegister.SCTLR_EL2 : SystemRegister.SCTLR_EL1;
        return (system.stored(control) & bit) != 0;
    }

    /** Takes an exception to EL2, whoever is there. */
    private void toEl2(long syndrome, long returnAddress, ProcessingElement.TrapEntry entry) {
        if (hasEl2()) {
            exceptions.synchronous(2, syndrome, returnAddress);
        } else {
            exceptions.synchronousHost(syndrome, returnAddress);
            pe.trap(entry);
        }
    }

    private void supervisorCall(int word) {
        pe.stepCompleted();
        exceptions.synchronous(Exceptions.syndrome(ExceptionClass.SVC64, immediate(word)), registers.pc + 4);
    }

    private void hypervisorCall(int word) {
        if (registers.level() == 0 || system.hasAnyHcr(Bits.HCR_HCD)) {
            exceptions.undefined();
        } else {
            pe.stepCompleted();
            long syndrome = Exceptions.syndrome(ExceptionClass.HVC64, immediate(word));
            toEl2(syndrome, registers.pc + 4, TrapHandler::hypervisorCall);
        }
    }

    private void secureMonitorCall(int word) {
        long syndrome = Exceptions.syndrome(ExceptionClass.SMC64, immediate(word));
        int level = registers.level();
        if (level == 0) {
            exceptions.undefined();
        } else if (level == 1 && system.hasAnyHcr(Bits.HCR_TSC)) {
            toEl2(syndrome, registers.pc, TrapHandler::secureMonitorCall);
        } else if (hasEl2()) {
            pe.stepCompleted();
            exceptions.synchronousHost(syndrome, registers.pc + 4);
            pe.trap(TrapHandler::secureMonitorCall);
        } else {
            exceptions.undefined();
        }
    }

    private void exceptionReturn() {
        if (registers.level() == 0) {
            exceptions.undefined();
        } else {
            exceptions.exceptionReturn();
        }
    }

    private void waitForInterrupt() {
        if (pe.isInterruptPending()) {
            advance();
        } else {
            waitOrTrap(0, Bits.SCTLR_NTWI, Bits.HCR_TWI);
        }
    }

    private void waitForEvent() {
        if (pe.takeEvent()) {
            advance();
        } else {
            waitOrTrap(WFE, Bits.SCTLR_NTWE, Bits.HCR_TWE);
        }
    }

    /** Without a trap the instruction completes at once, which it may at any time. */
    private void waitOrTrap(long which, long allowedAtEl0, long trapped) {
        long syndrome = Exceptions.syndrome(ExceptionClass.WFX, WFX_ISS | which);
        int level = registers.level();
        if (level == 0 && !permitsEl0(allowedAtEl0)) {
            exceptions.synchronous(syndrome, registers.pc);
        } else if (level < 2 && system.hasAnyHcr(trapped) && !(level == 0 && system.hasHcr(Bits.HCR_HOST))) {
            toEl2(syndrome, registers.pc, TrapHandler::waitForInterrupt);
        } else if (hasEl2() && which == 0) {
            exceptions.synchronousHost(syndrome, registers.pc);
            pe.trap(TrapHandler::waitForInterrupt);
        } else {
            advance();
        }
    }

    /** MSR (immediate) of a field that only EL1 and above may write. */
    private void setStateField(int word, SystemRegister field, int shift) {
        if (registers.level() == 0) {
            exceptions.undefined();
        } else {
            pe.writeSystem(field, (Fields.bits(word, 8, 4) & 1L) << shift);
            advance();
        }
    }

    private void changeMasks(int word, boolean set) {
        if (registers.level() == 0 && !permitsEl0(Bits.SCTLR_UMA)) {
            trapToEl1(word);
            return;
        }
        long masks = (long) Fields.bits(word, 8, 4) << 6;
        long state = registers.pstate();
        registers.pstate(set ? state | masks : state & ~masks);
        advance();
    }

    private void readRegister(int word) {
        int encoding = Fields.bits(word, 5, 16);
        int index = SystemRegisterTable.find(encoding);
        if (index < 0) {
            readUnnamed(word, encoding);
            return;
        }
        SystemRegisterTable.Row row = SystemRegisterTable.row(index);
        SystemRegister register = row.register();
        if (isAllowed(word, row.rule(), true) && isStackPointerAccessible(register)) {
            if (interrupts.isOfInterface(register)) {
                readInterface(word, register);
                return;
            }
            long value = system.readAsGuest(system.meant(register));
            result(word, value);
        }
    }

    private void readUnnamed(int word, int encoding) {
        int alias = findAlias(encoding);
        if (alias >= 0) {
            result(word, system.read(SystemRegisterTable.row(alias).register()));
        } else if (registers.level() > 0 && isReservedIdRegister(encoding)) {
            if (registers.level() == 1 && system.hasAnyHcr(Bits.HCR_TID3)) {
                toEl2(trapSyndrome(word), registers.pc, TrapHandler::systemRegister);
            } else {
                result(word, 0);
            }
        } else {
            unnamed(word, encoding);
        }
    }

    /** An encoding that is left to implementations, of which this one has none, may be trapped before it is UNDEFINED. */
    private void unnamed(int word, int encoding) {
        boolean own = (encoding >>> 7 & CRN_MASK) == CRN_MASK;
        if (own && registers.level() == 1 && system.hasAnyHcr(Bits.HCR_TIDCP)) {
            toEl2(trapSyndrome(word), registers.pc, TrapHandler::systemRegister);
        } else {
            exceptions.undefined();
        }
    }

    /** Returns the row of an alias of FEAT_VHE where there are any, or a negative number. */
    private int findAlias(int encoding) {
        return registers.level() == 2 && system.hasHcr(Bits.HCR_E2H) ? SystemRegisterTable.findAlias(encoding) : -1;
    }

    private void readInterface(int word, SystemRegister register) {
        switch (interrupts.judge(register)) {
            case PHYSICAL -> {
                long value = system.readAsGuest(register);
                if (register == SystemRegister.ICC_IAR1_EL1 || register == SystemRegister.ICC_IAR0_EL1) {
                    pe.acknowledged(value);
                }
                result(word, value);
            }
            case VIRTUAL -> result(word, interrupts.readVirtual(register));
            default -> toEl2(trapSyndrome(word), registers.pc, TrapHandler::systemRegister);
        }
    }

    private void writeInterface(int word, SystemRegister register) {
        switch (interrupts.judge(register)) {
            case PHYSICAL -> {
                pe.writeSystem(register, registers.x[Fields.rd(word)]);
                advance();
            }
            case VIRTUAL -> {
                interrupts.writeVirtual(register, registers.x[Fields.rd(word)]);
                advance();
            }
            default -> toEl2(trapSyndrome(word), registers.pc, TrapHandler::systemRegister);
        }
    }

    /** ID registers that are not allocated read as zero: op0 3, op1 0, CRn 0, CRm 1 to 7. */
    private static boolean isReservedIdRegister(int encoding) {
        int crm = encoding >>> 3 & 0xF;
        return encoding >>> 7 == SystemRegister.encode(3, 0, 0, 0, 0) >>> 7 && crm >= 1 && crm <= 7;
    }

    private void writeRegister(int word) {
        int encoding = Fields.bits(word, 5, 16);
        int index = SystemRegisterTable.find(encoding);
        if (index < 0) {
            int alias = findAlias(encoding);
            if (alias >= 0) {
                pe.writeSystem(SystemRegisterTable.row(alias).register(), registers.x[Fields.rd(word)]);
                advance();
            } else {
                unnamed(word, encoding);
            }
            return;
        }
        SystemRegisterTable.Row row = SystemRegisterTable.row(index);
        if (isAllowed(word, row.rule(), false) && isStackPointerAccessible(row.register())) {
            if (interrupts.isOfInterface(row.register())) {
                writeInterface(word, row.register());
            } else {
                pe.writeSystem(system.meant(row.register()), registers.x[Fields.rd(word)]);
                advance();
            }
        }
    }

    /** SP_EL0 has no name of its own while it is the selected stack pointer. */
    private boolean isStackPointerAccessible(SystemRegister register) {
        if (register == SystemRegister.SP_EL0 && !registers.isAnySet(ProcessorState.SP)) {
            exceptions.undefined();
            return false;
        }
        return true;
    }

    private void result(int word, long value) {
        if (Fields.rd(word) != RegisterFile.ZERO) {
            registers.x[Fields.rd(word)] = value;
        }
        advance();
    }

    private void systemOperation(int word) {
        int encoding = Fields.bits(word, 5, 16);
        int index = SystemOperation.find(encoding);
        if (index < 0) {
            unnamed(word, encoding);
            return;
        }
        SystemOperation operation = SystemOperation.at(index);
        if (!isAllowed(word, operation.rule(), false)) {
            return;
        }
        long address = registers.x[Fields.rd(word)];
        switch (operation.effect()) {
            case NOTHING -> {
                // caches are coherent
            }
            case MAINTAIN -> memory.maintain(address, AccessKind.READ);
            case MAINTAIN_WRITE -> memory.maintain(address, AccessKind.WRITE);
            case ZERO -> memory.zeroBlock(address);
            case TRANSLATE -> translate(operation, address);
            case INVALIDATE_TLB -> invalidate(operation, address);
        }
        advance();
    }

    /** Whether an instruction named after EL1 is about a host operating system at EL2 instead. */
    private boolean isOfEl2(SystemOperation operation) {
        return operation.isOfEl2()
                || registers.level() == 2 && !operation.isBothStages() && system.hasHcr(Bits.HCR_HOST);
    }

    private void translate(SystemOperation operation, long address) {
        long result = memory.addressTranslate(
                isOfEl2(operation), address, operation.isWrite(), operation.isUnprivileged(), operation.isBothStages());
        system.store(SystemRegister.PAR_EL1, result);
    }

    private void invalidate(SystemOperation operation, long argument) {
        boolean host = registers.level() == 2
                && system.hasHcr(Bits.HCR_HOST)
                && operation.rule().writeLevel() == 1;
        boolean el2 = operation.isOfEl2() || host;
        if (operation.isShared()) {
            pe.broadcastInvalidate(operation.tlb(), el2, argument);
        } else {
            pe.invalidate(operation.tlb(), el2, argument);
        }
    }

    /** Judges an access and takes the exception if it is not allowed. */
    private boolean isAllowed(int word, AccessRule rule, boolean read) {
        switch (rule.judge(registers.level(), read, system)) {
            case ALLOWED:
                return true;
            case UNDEFINED:
                exceptions.undefined();
                return false;
            case TRAPPED_TO_EL1:
                trapToEl1(word);
                return false;
            default:
                toEl2(trapSyndrome(word), registers.pc, TrapHandler::systemRegister);
                return false;
        }
    }

    private void trapToEl1(int word) {
        exceptions.synchronous(trapSyndrome(word), registers.pc);
    }

    /** ISS: Op0 21:20, Op2 19:17, Op1 16:14, CRn 13:10, Rt 9:5, CRm 4:1, direction 0. */
    private static long trapSyndrome(int word) {
        long iss = (long) Fields.bits(word, 19, 2) << 20
                | (long) Fields.bits(word, 5, 3) << 17
                | (long) Fields.bits(word, 16, 3) << 14
                | (long) Fields.bits(word, 12, 4) << 10
                | (long) Fields.rd(word) << 5
                | (long) Fields.bits(word, 8, 4) << 1
                | Fields.bits(word, 21, 1);
        return Exceptions.syndrome(ExceptionClass.SYSTEM_REGISTER, iss);
    }
}
