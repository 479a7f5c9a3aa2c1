/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.device;

import io.faultline.api.arm64.AccessWidth;

/** What every Arm PrimeCell has in common: 32-bit register slots in a 4 KiB frame with identification at its end. */
final class PrimeCell {
    /** Length of the frame in bytes. */
    static final int FRAME = 0x1000;

    private static final int FIRST_ID = 0xFE0;
    private static final int ID_COUNT = 8;

    private final long identification;

    /**
     * Makes the identification.
     *
     * @param part three BCD digits of the part number, for example 0x011
     * @param revision PeriphID2 bits 7:4
     */
    PrimeCell(int part, int revision) {
        // PeriphID0..3: part number, designer 0x41, revision, configuration 0; PCellID0..3: B105F00D.
        long peripheral = part & 0xFFFL | 0x41L << 12 | (long) revision << 20;
        this.identification = peripheral | 0xB105_F00DL << 32;
    }

    /** Tells whether an access fits a register slot; a byte or halfword touches the low bits of the register. */
    static boolean isRegisterAccess(long offset, AccessWidth width) {
        return offset >= 0 && offset < FRAME && offset % 4 == 0 && width != AccessWidth.DOUBLEWORD;
    }

    static boolean isIdentification(long offset) {
        return offset >= FIRST_ID && offset < FIRST_ID + 4L * ID_COUNT;
    }

    /** Returns the byte that an identification register shows. */
    long identification(long offset) {
        return identification >>> (offset - FIRST_ID) / 4 * 8 & 0xFF;
    }

    /** Cuts a register value to what an access of 1, 2 or 4 bytes sees. */
    static long low(long value, AccessWidth width) {
        return value & (1L << 8 * width.bytes()) - 1;
    }
}
