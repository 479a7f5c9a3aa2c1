/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.memory;

import io.faultline.api.arm64.PageSize;
import java.util.Locale;

/**
 * A range of guest-physical addresses backed by memory.
 *
 * @param base first address, a multiple of 4096
 * @param bytes length in bytes, a positive multiple of 4096
 * @param writable whether the guest may write; a write to a read-only region is a permission fault
 * @since 0.1
 */
public record MemoryRegion(long base, long bytes, boolean writable) {
    /** Size of the intermediate physical address space: 48 bits. */
    public static final long ADDRESS_LIMIT = 1L << 48;

    /**
     * Checks alignment and range.
     *
     * @throws IllegalArgumentException if base or length are not whole pages, or the region leaves the 48-bit space
     */
    public MemoryRegion {
        if (!PageSize.isAligned(base) || !PageSize.isAligned(bytes) || bytes <= 0) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "memory region 0x%x + 0x%x is not a positive number of whole 4 KiB pages",
                    base,
                    bytes));
        }
        if (base < 0 || base >= ADDRESS_LIMIT || bytes > ADDRESS_LIMIT - base) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT, "memory region 0x%x + 0x%x leaves the 48-bit address space", base, bytes));
        }
    }

    /**
     * Makes a writable region.
     *
     * @param base first address, a multiple of 4096
     * @param bytes length in bytes, a positive multiple of 4096
     * @return the region
     */
    public static MemoryRegion ram(long base, long bytes) {
        return new MemoryRegion(base, bytes, true);
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
     * Tells whether a range lies in the region.
     *
     * @param address first address
     * @param length number of bytes, at least 0
     * @return true if every byte does
     */
    public boolean contains(long address, long length) {
        return address >= base && length >= 0 && length <= bytes && address - base <= bytes - length;
    }

    /**
     * Tells whether two regions share an address.
     *
     * @param other another region
     * @return true if they do
     */
    public boolean overlaps(MemoryRegion other) {
        return base < other.end() && other.base < end();
    }

    /**
     * Writes the region as a range.
     *
     * @return for example {@code [0x40000000, 0x48000000)}
     */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "[0x%x, 0x%x)%s", base, end(), writable ? "" : " read-only");
    }
}
