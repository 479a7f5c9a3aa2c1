/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.arm64;

/**
 * A value of PSTATE in the layout of {@code SPSR_ELx} for AArch64 (DDI 0487, C5.2.19).
 *
 * <p>The same layout serves as saved state (SPSR), as X3 of an SDEI handler (SDEI-132) and as the register value that
 * a backend exposes. All methods are pure.
 *
 * @param spsr the 64-bit value; bits without a meaning are kept as they are
 * @since 0.1
 */
public record ProcessorState(long spsr) {
    /** Stack-pointer select, bit 0: 1 selects {@code SP_ELx}, 0 selects {@code SP_EL0}. */
    public static final long SP = 1L;
    /** Bit 4, nRW: 1 means AArch32. */
    public static final long NRW = 1L << 4;
    /** FIQ mask, bit 6. */
    public static final long F = 1L << 6;
    /** IRQ mask, bit 7. */
    public static final long I = 1L << 7;
    /** SError mask, bit 8. */
    public static final long A = 1L << 8;
    /** Debug mask, bit 9. */
    public static final long D = 1L << 9;
    /** All four exception masks. */
    public static final long DAIF = D | A | I | F;
    /** Branch type, bits 11:10 (FEAT_BTI). */
    public static final long BTYPE = 3L << 10;
    /** Speculative store bypass safe, bit 12 (FEAT_SSBS). */
    public static final long SSBS = 1L << 12;
    /** Illegal execution state, bit 20. */
    public static final long IL = 1L << 20;
    /** Software step, bit 21. */
    public static final long SS = 1L << 21;
    /** Privileged access never, bit 22 (FEAT_PAN). */
    public static final long PAN = 1L << 22;
    /** User access override, bit 23 (FEAT_UAO). */
    public static final long UAO = 1L << 23;
    /** Data independent timing, bit 24 (FEAT_DIT). */
    public static final long DIT = 1L << 24;
    /** Tag check override, bit 25 (FEAT_MTE). */
    public static final long TCO = 1L << 25;
    /** Overflow flag, bit 28. */
    public static final long V = 1L << 28;
    /** Carry flag, bit 29. */
    public static final long C = 1L << 29;
    /** Zero flag, bit 30. */
    public static final long Z = 1L << 30;
    /** Negative flag, bit 31. */
    public static final long N = 1L << 31;
    /** All four condition flags. */
    public static final long NZCV = N | Z | C | V;

    /** EL0 with {@code SP_EL0}, nothing masked. */
    public static final ProcessorState EL0T = new ProcessorState(0);
    /** EL1 with {@code SP_EL1}, D, A, I and F masked: what an exception to EL1 begins with. */
    public static final ProcessorState EL1H_MASKED = new ProcessorState(0b0101 | DAIF);

    /**
     * Returns the state with a level and a stack-pointer selection and no other bit.
     *
     * @param level the exception level
     * @param spSelect true for {@code SP_ELx}; must be false for EL0
     * @return the state
     * @throws IllegalArgumentException if {@code spSelect} is true for EL0, which the architecture does not have
     */
    public static ProcessorState at(ExceptionLevel level, boolean spSelect) {
        if (spSelect && level == ExceptionLevel.EL0) {
            throw new IllegalArgumentException("EL0 has no stack pointer of its own: SP must be 0");
        }
        return new ProcessorState(((long) level.number() << 2) | (spSelect ? SP : 0));
    }

    /**
     * Returns the exception level in bits 3:2.
     *
     * @return the level; meaningful only if {@link #isAArch64()}
     */
    public ExceptionLevel level() {
        return ExceptionLevel.of((int) (spsr >>> 2) & 3);
    }

    /**
     * Tells whether bit 4 says AArch64.
     *
     * @return true for AArch64
     */
    public boolean isAArch64() {
        return (spsr & NRW) == 0;
    }

    /**
     * Tells whether all of some bits are set.
     *
     * @param bits a mask made from the constants of this class
     * @return true if every bit of the mask is set
     */
    public boolean has(long bits) {
        return (spsr & bits) == bits;
    }

    /**
     * Returns this state with some bits set.
     *
     * @param bits a mask made from the constants of this class
     * @return the new state
     */
    public ProcessorState with(long bits) {
        return new ProcessorState(spsr | bits);
    }

    /**
     * Returns this state with some bits cleared.
     *
     * @param bits a mask made from the constants of this class
     * @return the new state
     */
    public ProcessorState without(long bits) {
        return new ProcessorState(spsr & ~bits);
    }

    /**
     * Describes the state for people, for example {@code EL1h NzCv DAIF}.
     *
     * @return the level and stack pointer, the flags (capital: set), then the names of the other bits that are set
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(level()).append(has(SP) ? 'h' : 't').append(' ');
        text.append(has(N) ? 'N' : 'n')
                .append(has(Z) ? 'Z' : 'z')
                .append(has(C) ? 'C' : 'c')
                .append(has(V) ? 'V' : 'v');
        text.append(' ');
        text.append(has(D) ? 'D' : 'd')
                .append(has(A) ? 'A' : 'a')
                .append(has(I) ? 'I' : 'i')
                .append(has(F) ? 'F' : 'f');
        appendIf(text, NRW, "AArch32");
        appendIf(text, IL, "IL");
        appendIf(text, SS, "SS");
        appendIf(text, PAN, "PAN");
        appendIf(text, UAO, "UAO");
        appendIf(text, DIT, "DIT");
        appendIf(text, TCO, "TCO");
        appendIf(text, SSBS, "SSBS");
        return text.toString();
    }

    private void appendIf(StringBuilder text, long bit, String name) {
        if (has(bit)) {
            text.append(' ').append(name);
        }
    }
}
