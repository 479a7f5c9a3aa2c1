/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.image;

import java.util.Objects;

/**
 * A piece of a guest image at its place in memory.
 *
 * @param address guest-physical address of the first byte
 * @param content the bytes of the file; not copied, must not change
 * @param bytes length in memory; what the content does not fill is zero
 * @since 0.1
 */
public record Segment(long address, byte[] content, long bytes) {
    /**
     * Checks the lengths.
     *
     * @throws IllegalArgumentException if the content is longer than the segment, the segment is empty, or it wraps
     *     around the end of the address space
     */
    public Segment {
        Objects.requireNonNull(content, "content");
        if (bytes < 1 || content.length > bytes) {
            throw new IllegalArgumentException(
                    "a segment of " + bytes + " bytes cannot hold " + content.length + " bytes of a file");
        }
        if (address < 0 || bytes > Long.MAX_VALUE - address) {
            throw new IllegalArgumentException("segment at 0x" + Long.toHexString(address) + " of 0x"
                    + Long.toHexString(bytes) + " bytes leaves the address space");
        }
    }

    /**
     * Returns the first address after the segment.
     *
     * @return address + bytes
     */
    public long end() {
        return address + bytes;
    }

    /**
     * Tells whether an address lies in the segment.
     *
     * @param candidate an address
     * @return true if it does
     */
    public boolean contains(long candidate) {
        return candidate >= address && candidate < end();
    }

    /**
     * Writes the range of addresses.
     *
     * @return for example {@code [0x40000000, 0x40001000)}
     */
    @Override
    public String toString() {
        return "[0x" + Long.toHexString(address) + ", 0x" + Long.toHexString(end()) + ")";
    }
}
