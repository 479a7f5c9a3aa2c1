/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

/** One half of the input addresses of a regime: what TTBRn and its fields of TCR say. */
final class AddressRange {
    private static final int SMALLEST = 16;
    private static final int LARGEST = 39;
    private static final long BASE_MASK = 0x0000_FFFF_FFFF_FFFEL;

    /** Walks are allowed. */
    boolean enabled;
    /** Bits 63:56 of an address do not count. */
    boolean ignoresTopByte;

    Granule granule = Granule.KIB4;
    int inputBits = 48;
    int startLevel;
    /** Address of the first table. */
    long base;

    void set(boolean walks, int sizeOffset, Granule pages, boolean topByte, long ttbr) {
        granule = pages;
        ignoresTopByte = topByte;
        // A size that is out of range makes every address one that is not mapped.
        enabled = walks && sizeOffset >= SMALLEST && sizeOffset <= LARGEST;
        inputBits = enabled ? 64 - sizeOffset : 48;
        startLevel = granule.startLevel(inputBits);
        int entryBits = inputBits - granule.shiftAt(startLevel);
        base = ttbr & BASE_MASK & -1L << Math.max(entryBits + 3, 4);
    }
}
