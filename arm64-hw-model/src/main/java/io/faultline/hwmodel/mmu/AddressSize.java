/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

/** Sizes of output addresses, as TCR_ELx.IPS and PS encode them. */
final class AddressSize {
    /** Bits of a physical address (ID_AA64MMFR0_EL1.PARange). */
    static final int IMPLEMENTED = 48;

    private static final int[] BITS = {32, 36, 40, 42, 44, 48, 48, 48};

    private AddressSize() {}

    /** Returns the number of bits for a field of three bits; values above what is implemented mean what is implemented. */
    static int ofField(long field) {
        return BITS[(int) field & 7];
    }

    /** Whether an address has bits above a number of bits. */
    static boolean exceeds(long address, int bits) {
        return address >>> bits != 0;
    }
}
