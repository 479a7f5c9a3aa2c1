/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.decode;

/**
 * One row of the encoding table.
 *
 * @param mnemonic name in assembly language
 * @param operation what it does
 * @param mask bits of the word that are fixed
 * @param value what they must be
 * @param constraint what the operands must fulfil
 */
public record Encoding(String mnemonic, Operation operation, int mask, int value, Constraint constraint) {
    /** The row of every word that is in no other. */
    public static final Encoding UNDEFINED = new Encoding("udf", Operation.UNDEFINED, 0, 0, Constraint.NONE);

    static Encoding of(String mnemonic, Operation operation, String pattern, Constraint constraint) {
        int mask = 0;
        int value = 0;
        int bits = 0;
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c != ' ') {
                mask = mask << 1 | (c == '0' || c == '1' ? 1 : 0);
                value = value << 1 | (c == '1' ? 1 : 0);
                bits++;
            }
        }
        if (bits != Integer.SIZE) {
            throw new IllegalArgumentException(mnemonic + " has a pattern of " + bits + " bits: " + pattern);
        }
        return new Encoding(mnemonic, operation, mask, value, constraint);
    }

    boolean matches(int word) {
        return (word & mask) == value;
    }
}
