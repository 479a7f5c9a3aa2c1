/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.memory;

import io.faultline.api.arm64.AccessWidth;

/**
 * A block of memory-mapped registers.
 *
 * <p>Offsets are relative to the base of the block and below {@link #size()}. An access that the device does not
 * implement reads as zero and ignores writes; no access throws. Called by the thread that runs the machine.
 *
 * @since 0.1
 */
public interface MmioDevice {
    /**
     * Returns the size of the block.
     *
     * @return bytes, a multiple of 4096
     */
    long size();

    /**
     * Reads a register.
     *
     * @param offset byte offset, 0 to size - 1
     * @param width width of the access
     * @return the value, zero-extended
     */
    long read(long offset, AccessWidth width);

    /**
     * Writes a register.
     *
     * @param offset byte offset, 0 to size - 1
     * @param width width of the access
     * @param value the value; bits above the width are ignored
     */
    void write(long offset, AccessWidth width, long value);
}
