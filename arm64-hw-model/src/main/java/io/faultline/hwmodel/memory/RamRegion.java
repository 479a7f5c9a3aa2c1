/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.memory;

import io.faultline.api.arm64.PageSize;
import java.util.Locale;

/**
 * A range of physical addresses with RAM behind it.
 *
 * @param base first address, a multiple of 4096, below 2^52; from 2^48 on there is RAM that guests reach only where
 *     stage 2 leads to it
 * @param bytes length in bytes, a positive multiple of 4096; the region ends at or below 2^52
 * @since 0.1
 */
public record RamRegion(long base, long bytes) {
    private static final long ADDRESS_LIMIT = 1L << 52;

    /**
     * Checks alignment and range.
     *
     * @throws IllegalArgumentException if the region is not a positive number of whole pages below 2^52
     */
    public RamRegion {
        if (!PageSize.isAligned(base) || !PageSize.isAligned(bytes) || bytes <= 0) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT, "RAM at 0x%x of 0x%x bytes is not a positive number of whole pages", base, bytes));
        }
        if (base < 0 || base >= ADDRESS_LIMIT || bytes > ADDRESS_LIMIT - base) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "RAM at 0x%x of 0x%x bytes does not end below 2^52", base, bytes));
        }
    }

    /**
     * Returns the first address after the region.
     *
     * @return base + bytes
     */
    public long end() {
        return base + bytes;
    }

    /**
     * Tells whether an address lies in this region.
     *
     * @param address any value
     * @return true if base &lt;= address &lt; end
     */
    public boolean contains(long address) {
        return address >= base && address < end();
    }
}
