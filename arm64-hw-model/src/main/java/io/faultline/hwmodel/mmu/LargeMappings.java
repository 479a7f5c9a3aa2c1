/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import java.util.Arrays;

/**
 * Knows roughly which mappings larger than a page were made use of since the last flush, so that invalidating one page
 * need not look at everything: false alarms are possible, misses are not.
 */
final class LargeMappings {
    private static final int BITS = 12;
    private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;

    private final long[] filter = new long[(1 << BITS) / Long.SIZE];
    /** One bit for each size that occurs. */
    private long shifts;

    void add(long virtualAddress, int shift) {
        shifts |= 1L << shift;
        int bit = hash(virtualAddress, shift);
        filter[bit / Long.SIZE] |= 1L << bit;
    }

    /** Returns the largest size that may be mapped at an address, as a power of two, or 0. */
    int largestAt(long virtualAddress) {
        for (long left = shifts; left != 0; left &= ~Long.highestOneBit(left)) {
            int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(left);
            int bit = hash(virtualAddress, shift);
            if ((filter[bit / Long.SIZE] & 1L << bit) != 0) {
                return shift;
            }
        }
        return 0;
    }

    private static int hash(long virtualAddress, int shift) {
        return (int) ((virtualAddress << 8 >>> 8 + shift) * MULTIPLIER >>> Long.SIZE - BITS);
    }

    void clear() {
        if (shifts != 0) {
            shifts = 0;
            Arrays.fill(filter, 0);
        }
    }
}
