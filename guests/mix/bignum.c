/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Mix: numbers of 64 words multiplied.
 */
#include "../programs/runtime/runtime.h"

#define WORDS 64

static uint64_t a[WORDS], b[WORDS], product[2 * WORDS];

void program(void)
{
    for (uint64_t i = 0; i < WORDS; i++) {
        a[i] = (i + 1) * 0x9E3779B97F4A7C15UL;
        b[i] = (i + 7) * 0xC2B2AE3D27D4EB4FUL;
    }
    for (int round = 0; round < 7000; round++) {
        memset(product, 0, sizeof(product));
        for (int i = 0; i < WORDS; i++) {
            uint64_t carry = 0;
            for (int j = 0; j < WORDS; j++) {
                unsigned __int128 sum = (unsigned __int128)a[i] * b[j] + product[i + j] + carry;
                product[i + j] = (uint64_t)sum;
                carry = (uint64_t)(sum >> 64);
            }
            product[i + WORDS] = carry;
        }
        for (int i = 0; i < WORDS; i++) {
            a[i] = product[i + 32] | 1;
        }
    }
    print("bignum 0x%lx\n", a[0] ^ a[WORDS - 1]);
}
