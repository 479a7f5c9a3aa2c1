/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.ExceptionClass;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.hwmodel.decode.Decoder;
import io.faultline.hwmodel.decode.Fields;
import io.faultline.hwmodel.decode.Operation;
import io.faultline.hwmodel.mmu.MemoryAccess;
import io.faultline.hwmodel.mmu.Stage1;
import io.faultline.hwmodel.registers.RegisterFile;

/** The instructions that concern more than registers and memory: exceptions, system registers, waiting, maintenance. */
final class SystemInstructions {
    /** ISS of a trapped WFI: condition valid, always. */
    private static final long WFX_ISS = 1L << 24 | 0xEL << 20;

    private static final long WFE = 1;
    private static final long PAR_FAULT = 1;
    private static final long PAR_RES1 = 1L << 11;
    /** Outer Shareable; the attributes in the upper byte are zero, Device-nGnRnE. */
    private static final long PAR_DEVICE = PAR_RES1 | 0b10L << 7;

    private final ProcessingElement pe;
    private final RegisterFile registers;
    private final SystemRegisters system;
    private final MemoryAccess memory;
    private final Exceptions exceptions;

    SystemInstructions(
            ProcessingElement pe,
            RegisterFile registers,
            SystemRegisters system,
            MemoryAccess memory,
            Exceptions exceptions) {
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
            case SVC ->
                exceptions.synchronous(Exceptions.syndrome(ExceptionClass.SVC64, immediate(word)), registers.pc + 4);
            case HVC -> hypervisorCall(word);
            case SMC -> secureMonitorCall(word);
            case BRK -> exceptions.synchronous(Exceptions.syndrome(ExceptionClass.BRK, immediate(word)), registers.pc);
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
            case MSR_SPSEL -> selectStackPointer(word);
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
    }

    private static long immediate(int word) {
        return Fields.bits(word, 5, 16);
    }

    private boolean hasHcr(long bit) {
        return (system.stored(SystemRegister.HCR_EL2) & bit) != 0;
    }

    private boolean hasSctlr(long bit) {
        return (system.stored(SystemRegister.SCTLR_EL1) & bit) != 0;
    }

    private void hypervisorCall(int word) {
        if (registers.level() == 0 || hasHcr(Bits.HCR_HCD)) {
            exceptions.undefined();
        } else {
            exceptions.synchronousEl2(Exceptions.syndrome(ExceptionClass.HVC64, immediate(word)), registers.pc + 4);
            pe.trap(TrapHandler::hypervisorCall);
        }
    }

    private void secureMonitorCall(int word) {
        if (registers.level() == 0 || !hasHcr(Bits.HCR_TSC)) {
            exceptions.undefined();
        } else {
            exceptions.synchronousEl2(Exceptions.syndrome(ExceptionClass.SMC64, immediate(word)), registers.pc);
            pe.trap(TrapHandler::secureMonitorCall);
        }
    }

    private void exceptionReturn() {
        if (registers.level() == 0) {
            exceptions.undefined();
        } else {
            exceptions.returnFromEl1();
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
        if (registers.level() == 0 && !hasSctlr(allowedAtEl0)) {
            exceptions.synchronous(syndrome, registers.pc);
        } else if (hasHcr(trapped)) {
            exceptions.synchronousEl2(syndrome, registers.pc);
            pe.trap(TrapHandler::waitForInterrupt);
        } else {
            advance();
        }
    }

    private void selectStackPointer(int word) {
        if (registers.level() == 0) {
            exceptions.undefined();
        } else {
            pe.writeSystem(SystemRegister.SPSEL, Fields.bits(word, 8, 4));
            advance();
        }
    }

    private void changeMasks(int word, boolean set) {
        if (registers.level() == 0 && !hasSctlr(Bits.SCTLR_UMA)) {
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
            if (registers.level() > 0 && isReservedIdRegister(encoding)) {
                result(word, 0);
            } else {
                exceptions.undefined();
            }
            return;
        }
        SystemRegisterTable.Row row = SystemRegisterTable.row(index);
        SystemRegister register = row.register();
        if (isAllowed(word, row.rule(), true) && isStackPointerAccessible(register)) {
            long value = system.readAsGuest(register);
            if (register == SystemRegister.ICC_IAR1_EL1 || register == SystemRegister.ICC_IAR0_EL1) {
                pe.acknowledged(value);
            }
            result(word, value);
        }
    }

    /** ID registers that are not allocated read as zero: op0 3, op1 0, CRn 0, CRm 1 to 7. */
    private static boolean isReservedIdRegister(int encoding) {
        int crm = encoding >>> 3 & 0xF;
        return encoding >>> 7 == SystemRegister.encode(3, 0, 0, 0, 0) >>> 7 && crm >= 1 && crm <= 7;
    }

    private void writeRegister(int word) {
        int index = SystemRegisterTable.find(Fields.bits(word, 5, 16));
        if (index < 0) {
            exceptions.undefined();
            return;
        }
        SystemRegisterTable.Row row = SystemRegisterTable.row(index);
        if (isAllowed(word, row.rule(), false) && isStackPointerAccessible(row.register())) {
            pe.writeSystem(row.register(), registers.x[Fields.rd(word)]);
            advance();
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
        int index = SystemOperation.find(Fields.bits(word, 5, 16));
        if (index < 0) {
            exceptions.undefined();
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
            case TRANSLATE_READ -> translate(address, AccessKind.READ);
            case TRANSLATE_WRITE -> translate(address, AccessKind.WRITE);
            case INVALIDATE_TLB -> pe.forgetTranslations();
        }
        advance();
    }

    private void translate(long address, AccessKind access) {
        long ipa = memory.translateStage1(address, access);
        long result = ipa == Stage1.FAULT
                ? PAR_FAULT | PAR_RES1 | (long) memory.stage1FaultStatus() << 1
                : ipa & -4096L | PAR_DEVICE;
        system.store(SystemRegister.PAR_EL1, result);
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
                exceptions.synchronousEl2(trapSyndrome(word), registers.pc);
                pe.trap(TrapHandler::systemRegister);
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
