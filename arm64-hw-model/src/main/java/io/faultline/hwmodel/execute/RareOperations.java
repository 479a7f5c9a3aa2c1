/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.execute;

import io.faultline.api.arm64.ProcessorState;
import io.faultline.hwmodel.mmu.MemoryAccess;
import io.faultline.hwmodel.registers.RegisterFile;

/** The operations that would make the hot method of the interpreter too big for HotSpot. */
final class RareOperations {
    private static final long LOW = 0xFFFF_FFFFL;

    private final Interpreter interpreter;
    private final RegisterFile registers;
    private final long[] systemRegisters;
    private final MemoryAccess memory;
    private final Atomics atomics;

    RareOperations(Interpreter interpreter, RegisterFile registers, long[] systemRegisters, MemoryAccess memory) {
        this.interpreter = interpreter;
        this.registers = registers;
        this.systemRegisters = systemRegisters;
        this.memory = memory;
        atomics = new Atomics(registers, memory);
    }

    /**
     * Executes an operation.
     *
     * @param w the operation
     * @param im its immediate
     * @param pc address of the block
     * @return false if the PE has to deal with the instruction, which is in the upper half of the immediate
     */
    boolean execute(int w, long im, long pc) {
        RegisterFile r = registers;
        long[] x = r.x;
        int d = w >>> Op.D_SHIFT & Op.FIELD_MASK;
        int n = w >>> Op.N_SHIFT & Op.FIELD_MASK;
        int m = w >>> Op.M_SHIFT & Op.FIELD_MASK;
        int s = w >>> Op.S_SHIFT;
        switch (w & Op.KIND_MASK) {
            case Op.LITERAL -> x[d] = load(pc + im, s);
            case Op.ACCESS -> {
                long base = interpreter.base(x, n);
                transfer(base + (int) im, s, d);
                if (Access.isStore(s) || d != n) {
                    x[n] = base + (im >> 32);
                }
            }
            case Op.ACCESSX -> {
                long offset = Operands.extend(x[m], (int) im >>> 6) << (im & 63);
                transfer(interpreter.base(x, n) + offset, s, d);
            }
            case Op.LDPSW -> {
                long base = interpreter.base(x, n);
                long first = memory.load32(base + (int) im);
                long second = memory.load32(base + (int) im + 4);
                x[n] = base + (im >> 32);
                x[d] = first;
                x[m] = second;
            }
            case Op.LOGICAL_SHIFTED -> logical(s, d, x[n], Operands.shift(x[m], im), im);
            case Op.ARITHMETIC_SHIFTED -> arithmetic(d, x[n], Operands.shift(x[m], im), im);
            case Op.ARITHMETIC_EXTENDED -> arithmetic(d, x[n], Operands.extend(x[m], Operands.option(im)) << s, im);
            case Op.ADC -> x[d] = sized(x[n] + x[m] + carry(), s);
            case Op.SBC -> x[d] = sized(x[n] - x[m] - 1 + carry(), s);
            case Op.ADCS -> x[d] = addWithCarry(x[n], x[m], s);
            case Op.SBCS -> x[d] = addWithCarry(x[n], ~x[m], s);
            case Op.CCMN64 -> r.conditionalCompareNegative(s, x[n], x[m], im);
            case Op.CCMN32 -> r.conditionalCompareNegative(s, x[n] << 32, x[m] << 32, im);
            case Op.CCMNI64 -> r.conditionalCompareNegative(s, x[n], im & 31, im);
            case Op.CCMNI32 -> r.conditionalCompareNegative(s, x[n] << 32, (im & 31) << 32, im);
            case Op.SMSUBL -> x[d] = x[s] - (long) (int) x[n] * (int) x[m];
            case Op.UMSUBL -> x[d] = x[s] - (x[n] & LOW) * (x[m] & LOW);
            case Op.SMULH -> x[d] = Math.multiplyHigh(x[n], x[m]);
            case Op.UDIV64 -> x[d] = x[m] == 0 ? 0 : Long.divideUnsigned(x[n], x[m]);
            case Op.UDIV32 -> x[d] = (int) x[m] == 0 ? 0 : (x[n] & LOW) / (x[m] & LOW);
            case Op.SDIV64 -> x[d] = x[m] == 0 ? 0 : x[n] / x[m];
            case Op.SDIV32 -> x[d] = (int) x[m] == 0 ? 0 : (int) x[n] / (int) x[m] & LOW;
            case Op.ASRV64 -> x[d] = x[n] >> (int) x[m];
            case Op.ASRV32 -> x[d] = (int) x[n] >> (int) x[m] & LOW;
            case Op.RORV64 -> x[d] = Long.rotateRight(x[n], (int) x[m]);
            case Op.RORV32 -> x[d] = Integer.rotateRight((int) x[n], (int) x[m]) & LOW;
            case Op.RBIT64 -> x[d] = Long.reverse(x[n]);
            case Op.RBIT32 -> x[d] = Integer.reverse((int) x[n]) & LOW;
            case Op.REV64 -> x[d] = Long.reverseBytes(x[n]);
            case Op.REV32 -> x[d] = Integer.reverseBytes((int) x[n]) & LOW;
            case Op.REV16_64 -> x[d] = Operands.reverseInHalfwords(x[n]);
            case Op.REV16_32 -> x[d] = Operands.reverseInHalfwords(x[n]) & LOW;
            case Op.REVW -> x[d] = Long.rotateRight(Long.reverseBytes(x[n]), 32);
            case Op.CLZ64 -> x[d] = Long.numberOfLeadingZeros(x[n]);
            case Op.CLZ32 -> x[d] = Integer.numberOfLeadingZeros((int) x[n]);
            case Op.CLS64 -> x[d] = Operands.leadingSigns(x[n]);
            case Op.CLS32 -> x[d] = Operands.leadingSigns((long) (int) x[n]) - 32;
            case Op.CRC32 -> x[d] = Crc.IEEE.update((int) x[n], x[m], 1 << s) & LOW;
            case Op.CRC32C -> x[d] = Crc.CASTAGNOLI.update((int) x[n], x[m], 1 << s) & LOW;
            case Op.LDXR -> {
                long address = interpreter.base(x, n);
                memory.mark(address, 1 << s);
                x[d] = load(address, s);
            }
            case Op.LDXP -> loadExclusivePair(d, m, interpreter.base(x, n), s);
            case Op.STXR -> {
                long address = interpreter.base(x, n);
                boolean passed = memory.passesMonitor(address, 1 << s);
                if (passed) {
                    store(address, s, x[d]);
                }
                x[(int) im] = passed ? 0 : 1;
            }
            case Op.STXP -> {
                long address = interpreter.base(x, n);
                boolean passed = memory.passesMonitor(address, 2 << s);
                if (passed) {
                    store(address, s, x[d]);
                    store(address + (1L << s), s, x[m]);
                }
                x[(int) im] = passed ? 0 : 1;
            }
            case Op.CLREX -> memory.monitor().clear();
            case Op.MRS_STORED -> {
                if (r.level() < s) {
                    return false;
                }
                x[d] = systemRegisters[(int) im];
            }
            case Op.MRS_SP_EL0 -> {
                if (!r.isAnySet(ProcessorState.SP)) {
                    return false;
                }
                x[d] = r.stackPointer(0);
            }
            case Op.ORDERED -> ordered(interpreter.base(x, n), s, d);
            case Op.UNPRIVILEGED -> unprivileged(interpreter.base(x, n) + im, s, d);
            case Op.ATOMIC -> atomics.modify(d, interpreter.base(x, n), x[m], s & 3, s >>> 2);
            case Op.CAS -> atomics.compareAndSwap(d, interpreter.base(x, n), x[m], s, (int) im);
            case Op.CASP -> atomics.compareAndSwapPair(d, interpreter.base(x, n), m, s);
            default -> throw new IllegalStateException("operation " + (w & Op.KIND_MASK) + " does not exist");
        }
        return true;
    }

    private void transfer(long address, int access, int register) {
        if (Access.isStore(access)) {
            store(address, Access.size(access), registers.x[register]);
        } else {
            registers.x[register] = load(address, access);
        }
    }

    /** Without FEAT_LSE2 every such access must be aligned, whatever SCTLR_ELx.A says. */
    private void ordered(long address, int access, int register) {
        memory.checkOrdered(address, 1 << Access.size(access), Access.isStore(access));
        transfer(address, access, register);
    }

    private void unprivileged(long address, int access, int register) {
        int size = 1 << Access.size(access);
        if (Access.isStore(access)) {
            memory.storeUnprivileged(address, size, registers.x[register]);
        } else {
            registers.x[register] = extend(memory.loadUnprivileged(address, size), access);
        }
    }

    private long load(long address, int access) {
        return extend(
                switch (Access.size(access)) {
                    case 0 -> memory.load8(address);
                    case 1 -> memory.load16(address);
                    case 2 -> memory.load32(address);
                    default -> memory.load64(address);
                },
                access);
    }

    private static long extend(long value, int access) {
        if (!Access.isSigned(access)) {
            return value & -1L >>> 64 - (8 << Access.size(access));
        }
        return Access.isWide(access) ? value : value & LOW;
    }

    private void store(long address, int size, long value) {
        switch (size) {
            case 0 -> memory.store8(address, value);
            case 1 -> memory.store16(address, value);
            case 2 -> memory.store32(address, value);
            default -> memory.store64(address, value);
        }
    }

    private void loadExclusivePair(int d, int m, long address, int size) {
        memory.mark(address, 2 << size);
        long first = load(address, size);
        long second = load(address + (1L << size), size);
        registers.x[d] = first;
        registers.x[m] = second;
    }

    private static long sized(long value, int wide) {
        return wide == 1 ? value : value & LOW;
    }

    private long carry() {
        return registers.isCarry() ? 1 : 0;
    }

    private long addWithCarry(long a, long b, int wide) {
        long carry = carry();
        long first = wide == 1 ? a : a << 32;
        long second = wide == 1 ? b : b << 32;
        long unit = wide == 1 ? carry : carry << 32;
        long sum = first + second;
        long result = sum + unit;
        boolean carryOut = Long.compareUnsigned(sum, first) < 0 || Long.compareUnsigned(result, sum) < 0;
        registers.nzcv((result < 0 ? ProcessorState.N : 0)
                | (result == 0 ? ProcessorState.Z : 0)
                | (carryOut ? ProcessorState.C : 0)
                | (((first ^ result) & (second ^ result)) < 0 ? ProcessorState.V : 0));
        return wide == 1 ? result : result >>> 32;
    }

    private void logical(int operation, int d, long a, long operand, long description) {
        long b = Operands.isInverted(description) ? ~operand : operand;
        long result = switch (operation) {
            case 1 -> a | b;
            case 2 -> a ^ b;
            default -> a & b;
        };
        boolean wide = Operands.isWide(description);
        if (operation == 3) {
            setFlags(RegisterFile.FLAGS_OF_ADDITION, wide ? result : result << 32, 0);
        }
        registers.x[d] = wide ? result : result & LOW;
    }

    private void arithmetic(int d, long a, long b, long description) {
        boolean wide = Operands.isWide(description);
        boolean subtract = Operands.isSubtraction(description);
        if (Operands.setsFlags(description)) {
            setFlags(
                    subtract ? RegisterFile.FLAGS_OF_SUBTRACTION : RegisterFile.FLAGS_OF_ADDITION,
                    wide ? a : a << 32,
                    wide ? b : b << 32);
        }
        long result = subtract ? a - b : a + b;
        registers.x[d] = wide ? result : result & LOW;
    }

    private void setFlags(int kind, long a, long b) {
        registers.flagKind = kind;
        registers.flagA = a;
        registers.flagB = b;
    }
}
