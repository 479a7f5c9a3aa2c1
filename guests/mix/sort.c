/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Mix: heap sort of a quarter of a million numbers.
 */
#include "../programs/runtime/runtime.h"

#define COUNT 250000

static uint32_t values[COUNT];

static void sift(uint32_t at, uint32_t end)
{
    uint32_t value = values[at];
    for (uint32_t child; (child = 2 * at + 1) < end; at = child) {
        if (child + 1 < end && values[child] < values[child + 1]) {
            child++;
        }
        if (value >= values[child]) {
            break;
        }
        values[at] = values[child];
    }
    values[at] = value;
}

void program(void)
{
    uint64_t digest = 0;
    uint32_t seed = 2463534242u;
    for (int round = 0; round < 4; round++) {
        for (uint32_t i = 0; i < COUNT; i++) {
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            values[i] = seed;
        }
        for (uint32_t i = COUNT / 2; i-- != 0;) {
            sift(i, COUNT);
        }
        for (uint32_t end = COUNT - 1; end != 0; end--) {
            uint32_t largest = values[0];
            values[0] = values[end];
            values[end] = largest;
            sift(0, end);
        }
        for (uint32_t i = 0; i < COUNT; i += 1000) {
            digest = digest * 31 + values[i];
        }
    }
    print("sort 0x%lx\n", digest);
}
