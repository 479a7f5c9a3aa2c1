/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.memory;

import io.faultline.api.arm64.AccessWidth;
import java.util.List;

/**
 * The memory of a machine as its VMM sees it: by guest-physical address, without translation.
 *
 * <p>Not thread-safe; called by the thread that drives the machine, never while a vCPU runs. All data is little-endian.
 * Code that the VMM writes is executed by the next instruction fetch of any vCPU.
 *
 * @since 0.1
 */
public interface GuestMemory {
    /**
     * Returns the regions of the machine.
     *
     * @return regions sorted by address
     */
    List<MemoryRegion> regions();

    /**
     * Reads bytes.
     *
     * @param address guest-physical address
     * @param target where to
     * @throws io.faultline.api.error.HypervisorException with NOT_GUEST_MEMORY if the range is not all memory, with
     *     PAGE_ABSENT if a page of it is not resident; nothing is read then
     */
    void read(long address, byte[] target);

    /**
     * Writes bytes, also to read-only regions.
     *
     * @param address guest-physical address
     * @param source what to write
     * @throws io.faultline.api.error.HypervisorException with NOT_GUEST_MEMORY if the range is not all memory, with
     *     PAGE_ABSENT if a page of it is not resident; nothing is written then
     */
    void write(long address, byte[] source);

    /**
     * Returns the residency of a page.
     *
     * @param address any address of the page
     * @return the residency
     * @throws io.faultline.api.error.HypervisorException with NOT_GUEST_MEMORY if the address is not memory
     */
    PageResidency residency(long address);

    /**
     * Reads one little-endian value, zero-extended.
     *
     * @param address guest-physical address, of any alignment
     * @param width size
     * @return the value
     */
    default long load(long address, AccessWidth width) {
        byte[] bytes = new byte[width.bytes()];
        read(address, bytes);
        long value = 0;
        for (int i = bytes.length - 1; i >= 0; i--) {
            value = value << 8 | bytes[i] & 0xFF;
        }
        return value;
    }

    /**
     * Writes the low bytes of a value in little-endian order.
     *
     * @param address guest-physical address, of any alignment
     * @param width size
     * @param value the value
     */
    default void store(long address, AccessWidth width, long value) {
        byte[] bytes = new byte[width.bytes()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (value >>> 8 * i);
        }
        write(address, bytes);
    }
}
