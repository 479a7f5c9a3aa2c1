/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.arm64;

/**
 * The affinity of a processing element: the fields Aff3 to Aff0 of {@code MPIDR_EL1}.
 *
 * <p>Firmware interfaces name a PE by this value in MPIDR layout with all other bits zero.
 *
 * @param mpidr Aff3 in bits 39:32, Aff2 in 23:16, Aff1 in 15:8, Aff0 in 7:0, everything else zero
 * @since 0.1
 */
public record Affinity(long mpidr) {
    private static final long FIELDS = 0xFF_00FF_FFFFL;

    /**
     * Checks that only affinity fields are set.
     *
     * @throws IllegalArgumentException if another bit is set
     */
    public Affinity {
        if ((mpidr & ~FIELDS) != 0) {
            throw new IllegalArgumentException(
                    "0x" + Long.toHexString(mpidr) + " has bits outside the affinity fields of MPIDR");
        }
    }

    /**
     * Returns the affinity of the n-th vCPU: 16 PEs in a cluster, 256 clusters at a level.
     *
     * @param index 0 to 1048575
     * @return Aff0 = index mod 16, Aff1 = next 8 bits, Aff2 = next 8 bits
     * @throws IllegalArgumentException if the index is out of range
     */
    public static Affinity ofIndex(int index) {
        if (index < 0 || index > 0xF_FFFF) {
            throw new IllegalArgumentException("vCPU index " + index + " is outside 0 to 1048575");
        }
        return new Affinity((index & 0xFL) | ((index >> 4 & 0xFFL) << 8) | ((index >> 12 & 0xFFL) << 16));
    }

    /**
     * Tells whether a 64-bit argument names an affinity and nothing else.
     *
     * @param argument a register value from a guest
     * @return true if only affinity fields are set
     */
    public static boolean isWellFormed(long argument) {
        return (argument & ~FIELDS) == 0;
    }

    /**
     * Writes the affinity in the usual dotted form.
     *
     * @return Aff3.Aff2.Aff1.Aff0 in decimal
     */
    @Override
    public String toString() {
        return (mpidr >>> 32 & 0xFF) + "." + (mpidr >>> 16 & 0xFF) + "." + (mpidr >>> 8 & 0xFF) + "." + (mpidr & 0xFF);
    }
}
