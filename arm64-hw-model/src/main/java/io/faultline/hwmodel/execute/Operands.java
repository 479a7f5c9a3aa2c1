/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.execute;

/** Shifted and extended operands in the general form that {@link Translator} describes in an immediate. */
final class Operands {
    private static final long LOW = 0xFFFF_FFFFL;

    private Operands() {}

    static int option(long description) {
        return (int) (description >>> 12) & 7;
    }

    static boolean isInverted(long description) {
        return (description & 1 << 8) != 0;
    }

    static boolean isWide(long description) {
        return (description & 1 << 9) != 0;
    }

    static boolean setsFlags(long description) {
        return (description & 1 << 10) != 0;
    }

    static boolean isSubtraction(long description) {
        return (description & 1 << 11) != 0;
    }

    /** Shifts by the amount and type of a description; the upper half of a 32-bit result is undefined. */
    static long shift(long value, long description) {
        int amount = (int) description & 63;
        boolean wide = isWide(description);
        return switch ((int) (description >>> 6) & 3) {
            case 0 -> value << amount;
            case 1 -> (wide ? value : value & LOW) >>> amount;
            case 2 -> (wide ? value : (int) value) >> amount;
            default -> wide ? Long.rotateRight(value, amount) : Integer.rotateRight((int) value, amount);
        };
    }

    /** Extends by an option field: 0 to 3 unsigned byte to doubleword, 4 to 7 signed. */
    static long extend(long value, int option) {
        return switch (option) {
            case 0 -> value & 0xFF;
            case 1 -> value & 0xFFFF;
            case 2 -> value & LOW;
            case 4 -> (byte) value;
            case 5 -> (short) value;
            case 6 -> (int) value;
            default -> value;
        };
    }

    static long reverseInHalfwords(long value) {
        return (value & 0x00FF_00FF_00FF_00FFL) << 8 | value >>> 8 & 0x00FF_00FF_00FF_00FFL;
    }

    /** Number of bits below the sign bit that equal it. */
    static long leadingSigns(long value) {
        return Long.numberOfLeadingZeros(value ^ value >> 63) - 1L;
    }
}
