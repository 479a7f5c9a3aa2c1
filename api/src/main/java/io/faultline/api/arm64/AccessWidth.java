/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.arm64;

/**
 * The size of one memory access.
 *
 * @since 0.1
 */
public enum AccessWidth {
    /** 1 byte. */
    BYTE,
    /** 2 bytes. */
    HALFWORD,
    /** 4 bytes. */
    WORD,
    /** 8 bytes. */
    DOUBLEWORD;

    private static final AccessWidth[] WIDTHS = values();

    /**
     * Returns the width of 2^n bytes.
     *
     * @param log2 0 to 3
     * @return the width
     * @throws IllegalArgumentException if {@code log2} is outside 0 to 3
     */
    public static AccessWidth ofLog2(int log2) {
        if (log2 < 0 || log2 > 3) {
            throw new IllegalArgumentException("log2 of an access width is 0 to 3, not " + log2);
        }
        return WIDTHS[log2];
    }

    /**
     * Returns the binary logarithm of the size.
     *
     * @return 0 to 3
     */
    public int log2() {
        return ordinal();
    }

    /**
     * Returns the size.
     *
     * @return 1, 2, 4 or 8 bytes
     */
    public int bytes() {
        return 1 << ordinal();
    }
}
