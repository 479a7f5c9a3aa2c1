/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.arm64;

/**
 * The unit in which memory is present or absent: 4 KiB, the smallest granule of the architecture.
 *
 * @since 0.1
 */
public final class PageSize {
    /** Binary logarithm of the page size. */
    public static final int SHIFT = 12;
    /** Page size in bytes. */
    public static final int BYTES = 1 << SHIFT;
    /** Mask of the offset within a page. */
    public static final long OFFSET_MASK = BYTES - 1L;

    private PageSize() {}

    /**
     * Returns the address of the page that contains an address.
     *
     * @param address any address
     * @return the address with bits 11:0 cleared
     */
    public static long pageOf(long address) {
        return address & ~OFFSET_MASK;
    }

    /**
     * Tells whether an address or a length is a whole number of pages.
     *
     * @param value an address or a length in bytes
     * @return true if bits 11:0 are zero
     */
    public static boolean isAligned(long value) {
        return (value & OFFSET_MASK) == 0;
    }
}
