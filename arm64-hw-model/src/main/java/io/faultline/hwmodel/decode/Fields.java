/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.decode;

/** The operand fields of instructions, by the names that the Arm ARM gives them. */
public final class Fields {
    private Fields() {}

    /**
     * Extracts bits.
     *
     * @param word an instruction
     * @param lowest number of the lowest bit
     * @param width number of bits
     * @return the bits, zero-extended
     */
    public static int bits(int word, int lowest, int width) {
        return word >>> lowest & (1 << width) - 1;
    }

    /**
     * Extracts a signed immediate.
     *
     * @param word an instruction
     * @param lowest number of the lowest bit
     * @param width number of bits
     * @return the bits, sign-extended
     */
    public static int signed(int word, int lowest, int width) {
        return word << 32 - lowest - width >> 32 - width;
    }

    /**
     * Tells the size of a data processing instruction.
     *
     * @param word an instruction
     * @return sf, bit 31
     */
    public static boolean is64(int word) {
        return word < 0;
    }

    /**
     * Returns Rd or Rt.
     *
     * @param word an instruction
     * @return bits 4:0
     */
    public static int rd(int word) {
        return word & 31;
    }

    /**
     * Returns Rn.
     *
     * @param word an instruction
     * @return bits 9:5
     */
    public static int rn(int word) {
        return word >>> 5 & 31;
    }

    /**
     * Returns Rm or Rs.
     *
     * @param word an instruction
     * @return bits 20:16
     */
    public static int rm(int word) {
        return word >>> 16 & 31;
    }

    /**
     * Returns Ra or Rt2.
     *
     * @param word an instruction
     * @return bits 14:10
     */
    public static int ra(int word) {
        return word >>> 10 & 31;
    }

    /**
     * Expands the immediate of a logical instruction (DecodeBitMasks): a run of ones, rotated, repeated.
     *
     * @param word an instruction with sf, N, immr and imms
     * @return the immediate in the size of the register, or 0 if the fields are reserved
     */
    public static long bitmask(int word) {
        int n = bits(word, 22, 1);
        int imms = bits(word, 10, 6);
        int length = 31 - Integer.numberOfLeadingZeros(n << 6 | ~imms & 0x3F);
        if (length < 1 || n == 1 && !is64(word)) {
            return 0;
        }
        int size = 1 << length;
        int ones = (imms & size - 1) + 1;
        if (ones == size) {
            return 0;
        }
        int rotation = bits(word, 16, 6) & size - 1;
        long run = (1L << ones) - 1;
        long element = run >>> rotation | (rotation == 0 ? 0 : run << size - rotation);
        if (size < Long.SIZE) {
            element &= (1L << size) - 1;
        }
        for (int filled = size; filled < Long.SIZE; filled *= 2) {
            element |= element << filled;
        }
        return is64(word) ? element : element & 0xFFFF_FFFFL;
    }
}
