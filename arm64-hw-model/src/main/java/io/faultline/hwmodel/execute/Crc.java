/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.execute;

/** The two polynomials of the CRC32 instructions, bit-reversed, without inversion before or after. */
enum Crc {
    /** ISO 3309, 0x04C11DB7. */
    IEEE(0xEDB8_8320),
    /** Castagnoli, 0x1EDC6F41. */
    CASTAGNOLI(0x82F6_3B78);

    private final int[] table = new int[256];

    Crc(int reversedPolynomial) {
        for (int i = 0; i < table.length; i++) {
            int remainder = i;
            for (int bit = 0; bit < 8; bit++) {
                remainder = remainder >>> 1 ^ ((remainder & 1) != 0 ? reversedPolynomial : 0);
            }
            table[i] = remainder;
        }
    }

    int update(int checksum, long value, int bytes) {
        int result = checksum;
        for (int i = 0; i < bytes; i++) {
            result = result >>> 8 ^ table[(result ^ (int) (value >>> 8 * i)) & 0xFF];
        }
        return result;
    }
}
