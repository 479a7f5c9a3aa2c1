/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.device;

import io.faultline.api.arm64.AccessWidth;
import java.util.OptionalLong;

/**
 * A device whose registers are memory-mapped.
 *
 * <p>Called by the thread that drives the machine. Offsets and values come from a guest: a device refuses what it has no
 * register for and never throws because of them.
 *
 * @since 0.1
 */
public interface MmioDevice {
    /**
     * Returns the name for messages.
     *
     * @return for example {@code PL011}
     */
    String name();

    /**
     * Reads a register.
     *
     * @param offset bytes from the base of the device
     * @param width size of the access
     * @return the value, zero-extended; empty if there is no such register
     */
    OptionalLong read(long offset, AccessWidth width);

    /**
     * Writes a register.
     *
     * @param offset bytes from the base of the device
     * @param width size of the access
     * @param value the value, zero-extended
     * @return true if there is such a register, even if it is read-only
     */
    boolean write(long offset, AccessWidth width, long value);
}
