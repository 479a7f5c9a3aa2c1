/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.execute;

/** Size and extension of a load or store in six bits: size 1:0, store 2, signed 3, result of 64 bits 4. */
final class Access {
    private static final int SIZE_MASK = 3;
    private static final int STORE = 1 << 2;
    private static final int SIGNED = 1 << 3;
    private static final int WIDE = 1 << 4;

    private Access() {}

    /**
     * Packs the fields of an instruction.
     *
     * @param size binary logarithm of the bytes
     * @param opc 0 store, 1 load, 2 load sign-extended to 64 bits, 3 load sign-extended to 32 bits
     */
    static int of(int size, int opc) {
        return switch (opc) {
            case 0 -> size | STORE;
            case 1 -> size;
            case 2 -> size | SIGNED | WIDE;
            default -> size | SIGNED;
        };
    }

    static int size(int access) {
        return access & SIZE_MASK;
    }

    static boolean isStore(int access) {
        return (access & STORE) != 0;
    }

    static boolean isSigned(int access) {
        return (access & SIGNED) != 0;
    }

    static boolean isWide(int access) {
        return (access & WIDE) != 0;
    }
}
