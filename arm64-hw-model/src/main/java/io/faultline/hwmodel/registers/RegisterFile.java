/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.registers;

import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.Arrays;

/**
 * General-purpose registers, stack pointers, PC and PSTATE of one PE.
 *
 * <p>The fields are open because the executor works on them; everybody else uses the methods. The array {@link #x} has
 * three entries beyond X0 to X30, so that an operand needs no test for register number 31: one that always reads as
 * zero, one that swallows results, and the stack pointer that is selected now.
 *
 * <p>Condition flags are lazy: they are those of an addition or subtraction of {@link #flagA} and {@link #flagB}, or,
 * in {@link #FLAGS_EXPLICIT}, the value of {@link #flagA} in the layout of PSTATE. A 32-bit operation keeps its operands
 * shifted left by 32, which gives the same flags.
 */
public final class RegisterFile implements StateElement {
    /** Index in {@link #x} that always holds zero. */
    public static final int ZERO = 31;
    /** Index in {@link #x} of a result that nobody reads. */
    public static final int SINK = 32;
    /** Index in {@link #x} of the stack pointer in use. */
    public static final int SP = 33;
    /** Length of {@link #x}: a power of two, so that a six-bit field is always an index. */
    public static final int LENGTH = 64;

    /** The flags are in {@link #flagA} as N, Z, C and V of PSTATE. */
    public static final int FLAGS_EXPLICIT = 0;
    /** The flags are those of flagA - flagB. */
    public static final int FLAGS_OF_SUBTRACTION = 1;
    /** The flags are those of flagA + flagB; a logical result r is r + 0. */
    public static final int FLAGS_OF_ADDITION = 2;

    private static final int LEVELS = 4;

    /** X0 to X30, zero, sink, stack pointer. */
    public final long[] x = new long[LENGTH];
    /** Address of the next instruction. */
    public long pc;
    /** How {@link #flagA} and {@link #flagB} give the flags. */
    public int flagKind;
    /** First operand of the operation that set the flags. */
    public long flagA;
    /** Second operand of the operation that set the flags. */
    public long flagB;

    /** PSTATE without the condition flags. */
    private long pstate;
    /** Stack pointers of the levels; the selected one is in {@link #x} instead. */
    private final long[] stackPointers = new long[LEVELS];

    /**
     * Returns PSTATE.
     *
     * @return the layout of SPSR, condition flags included
     */
    public long pstate() {
        return pstate | nzcv();
    }

    /**
     * Sets PSTATE and selects the stack pointer it says.
     *
     * @param value the layout of SPSR
     */
    public void pstate(long value) {
        stackPointers[selected()] = x[SP];
        pstate = value & ~ProcessorState.NZCV;
        x[SP] = stackPointers[selected()];
        nzcv(value);
    }

    /**
     * Tells whether any of some bits of PSTATE is set.
     *
     * @param bits a mask without condition flags
     * @return true if one is set
     */
    public boolean isAnySet(long bits) {
        return (pstate & bits) != 0;
    }

    /**
     * Clears bits of PSTATE that select no stack pointer.
     *
     * @param bits a mask without condition flags, level and SP
     */
    public void clear(long bits) {
        pstate &= ~bits;
    }

    /**
     * Returns the exception level.
     *
     * @return 0 to 3
     */
    public int level() {
        return (int) (pstate >>> 2) & 3;
    }

    /**
     * Returns the stack pointer of a level.
     *
     * @param level 0 to 3
     * @return SP_ELx
     */
    public long stackPointer(int level) {
        return level == selected() ? x[SP] : stackPointers[level];
    }

    /**
     * Sets the stack pointer of a level.
     *
     * @param level 0 to 3
     * @param value SP_ELx
     */
    public void stackPointer(int level, long value) {
        if (level == selected()) {
            x[SP] = value;
        } else {
            stackPointers[level] = value;
        }
    }

    private int selected() {
        return (pstate & ProcessorState.SP) != 0 ? level() : 0;
    }

    /**
     * Returns the condition flags.
     *
     * @return N, Z, C and V in bits 31:28
     */
    public long nzcv() {
        long result;
        long carryAndOverflow;
        switch (flagKind) {
            case FLAGS_OF_SUBTRACTION -> {
                result = flagA - flagB;
                carryAndOverflow = (Long.compareUnsigned(flagA, flagB) >= 0 ? ProcessorState.C : 0)
                        | ((flagA ^ flagB) & (flagA ^ result)) >>> 63 << 28;
            }
            case FLAGS_OF_ADDITION -> {
                result = flagA + flagB;
                carryAndOverflow = (Long.compareUnsigned(result, flagA) < 0 ? ProcessorState.C : 0)
                        | ((flagA ^ result) & (flagB ^ result)) >>> 63 << 28;
            }
            default -> {
                return flagA;
            }
        }
        return (result >>> 63) << 31 | (result == 0 ? ProcessorState.Z : 0) | carryAndOverflow;
    }

    /**
     * Sets the condition flags.
     *
     * @param value N, Z, C and V in bits 31:28; other bits are ignored
     */
    public void nzcv(long value) {
        flagKind = FLAGS_EXPLICIT;
        flagA = value & ProcessorState.NZCV;
        flagB = 0;
    }

    /**
     * Tells whether Z is set.
     *
     * @return the condition EQ
     */
    public boolean isEqual() {
        return flagKind == FLAGS_OF_SUBTRACTION ? flagA == flagB : (nzcv() & ProcessorState.Z) != 0;
    }

    /**
     * Tells whether C is set.
     *
     * @return the condition HS
     */
    public boolean isCarry() {
        return flagKind == FLAGS_OF_SUBTRACTION
                ? Long.compareUnsigned(flagA, flagB) >= 0
                : (nzcv() & ProcessorState.C) != 0;
    }

    /**
     * Tells whether N is set.
     *
     * @return the condition MI
     */
    public boolean isNegative() {
        return flagKind == FLAGS_OF_SUBTRACTION ? flagA - flagB < 0 : (nzcv() & ProcessorState.N) != 0;
    }

    /**
     * Tells whether C is set and Z is not.
     *
     * @return the condition HI
     */
    public boolean isHigher() {
        return flagKind == FLAGS_OF_SUBTRACTION
                ? Long.compareUnsigned(flagA, flagB) > 0
                : (nzcv() & (ProcessorState.C | ProcessorState.Z)) == ProcessorState.C;
    }

    /**
     * Tells whether N equals V.
     *
     * @return the condition GE
     */
    public boolean isGreaterOrEqual() {
        if (flagKind == FLAGS_OF_SUBTRACTION) {
            return flagA >= flagB;
        }
        long flags = nzcv();
        return (flags & ProcessorState.N) >>> 31 == (flags & ProcessorState.V) >>> 28;
    }

    /**
     * Tells whether N equals V and Z is not set.
     *
     * @return the condition GT
     */
    public boolean isGreater() {
        return flagKind == FLAGS_OF_SUBTRACTION ? flagA > flagB : isGreaterOrEqual() && !isEqual();
    }

    /**
     * Tells whether a condition holds.
     *
     * @param condition 0 to 15 as in B.cond; 14 and 15 always hold
     * @return true if it does
     */
    public boolean holds(int condition) {
        boolean base;
        switch (condition >>> 1) {
            case 0 -> base = isEqual();
            case 1 -> base = isCarry();
            case 2 -> base = isNegative();
            case 3 -> base = (nzcv() & ProcessorState.V) != 0;
            case 4 -> base = isHigher();
            case 5 -> base = isGreaterOrEqual();
            case 6 -> base = isGreater();
            default -> {
                return true;
            }
        }
        return base == ((condition & 1) == 0);
    }

    /**
     * Sets the flags of a - b if a condition holds, and given flags otherwise.
     *
     * @param condition 0 to 15
     * @param a first operand
     * @param b second operand
     * @param otherwise N, Z, C and V in bits 31:28; other bits are ignored
     */
    public void conditionalCompare(int condition, long a, long b, long otherwise) {
        if (holds(condition)) {
            flagKind = FLAGS_OF_SUBTRACTION;
            flagA = a;
            flagB = b;
        } else {
            nzcv(otherwise);
        }
    }

    /**
     * The same for a + b.
     *
     * @param condition 0 to 15
     * @param a first operand
     * @param b second operand
     * @param otherwise N, Z, C and V in bits 31:28; other bits are ignored
     */
    public void conditionalCompareNegative(int condition, long a, long b, long otherwise) {
        if (holds(condition)) {
            flagKind = FLAGS_OF_ADDITION;
            flagA = a;
            flagB = b;
        } else {
            nzcv(otherwise);
        }
    }

    @Override
    public String stateName() {
        return "registers";
    }

    @Override
    public void reset() {
        Arrays.fill(x, 0);
        Arrays.fill(stackPointers, 0);
        pc = 0;
        pstate = ProcessorState.EL1H_MASKED.spsr();
        nzcv(0);
    }

    @Override
    public void save(StateWriter writer) {
        writer.words("x", Arrays.copyOf(x, ZERO));
        long[] sp = new long[LEVELS];
        for (int level = 0; level < LEVELS; level++) {
            sp[level] = stackPointer(level);
        }
        writer.words("sp", sp);
        writer.word("pc", pc);
        writer.word("pstate", pstate());
    }

    @Override
    public void restore(StateReader reader) {
        long[] general = reader.words("x", ZERO);
        long[] sp = reader.words("sp", LEVELS);
        long saved = reader.word("pstate", 0, 0xFFFF_FFFFL);
        System.arraycopy(general, 0, x, 0, ZERO);
        pc = reader.word("pc");
        pstate(saved);
        for (int level = 0; level < LEVELS; level++) {
            stackPointer(level, sp[level]);
        }
    }
}
