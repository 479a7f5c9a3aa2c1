/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Mix: a hash with 32-bit rotations and additions over 64-byte blocks.
 */
#include "../programs/runtime/runtime.h"

static uint32_t rotate(uint32_t value, unsigned by)
{
    return value >> by | value << (32 - by);
}

void program(void)
{
    static uint32_t w[64];
    uint32_t v[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    for (uint32_t block = 0; block < 95000; block++) {
        for (uint32_t i = 0; i < 16; i++) {
            w[i] = block * 0x9E3779B9u + i;
        }
        for (unsigned i = 16; i < 64; i++) {
            uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
            uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
            w[i] = w[i - 16] + s0 + w[i - 7] + s1;
        }
        for (unsigned i = 0; i < 64; i++) {
            uint32_t t1 = v[7] + (rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6]))
                          + w[i] + i;
            uint32_t t2 = (rotate(v[0], 2) ^ rotate(v[0], 13)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
            v[7] = v[6];
            v[6] = v[5];
            v[5] = v[4];
            v[4] = v[3] + t1;
            v[3] = v[2];
            v[2] = v[1];
            v[1] = v[0];
            v[0] = t1 + t2;
        }
    }
    print("hash 0x%lx\n", (uint64_t)v[0] << 32 | v[4]);
}
