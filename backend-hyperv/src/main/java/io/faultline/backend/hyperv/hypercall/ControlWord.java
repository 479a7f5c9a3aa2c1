/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.hypercall;

/**
 * The hypercall input value: what is called, and how (hyperv.md 1.2).
 *
 * @since 0.1
 */
public final class ControlWord {
    /** Bits 30:27, 47:44 and 63:60, and bit 31, which asks for a hypervisor below this one. */
    static final long RESERVED = 0xF000_F000_F800_0000L;
    /** Largest number of elements of a list. */
    public static final int MOST_ELEMENTS = 0xFFF;

    private static final int FAST = 16;
    private static final int VARIABLE_HEADER = 17;
    private static final int VARIABLE_HEADER_MASK = 0x3FF;
    private static final int COUNT = 32;
    private static final int START = 48;

    private ControlWord() {}

    static int code(long word) {
        return (int) word & 0xFFFF;
    }

    static boolean isFast(long word) {
        return (word >>> FAST & 1) != 0;
    }

    /** In units of 8 bytes. */
    static int variableHeader(long word) {
        return (int) (word >>> VARIABLE_HEADER) & VARIABLE_HEADER_MASK;
    }

    static int count(long word) {
        return (int) (word >>> COUNT) & MOST_ELEMENTS;
    }

    static int start(long word) {
        return (int) (word >>> START) & MOST_ELEMENTS;
    }

    static boolean hasReserved(long word) {
        return (word & RESERVED) != 0;
    }

    static long withStart(long word, int start) {
        return word & ~((long) MOST_ELEMENTS << START) | (long) start << START;
    }

    static long result(int status, int completed) {
        return status & 0xFFFFL | (long) completed << COUNT;
    }
}
