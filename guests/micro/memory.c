/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Micro: eight MiB of memory read and written by pairs and single words.
 */
#include "../programs/runtime/runtime.h"

#define SIZE 0x800000UL

static _Alignas(64) uint64_t memory[SIZE / 8];

void program(void)
{
    uint64_t sum = 0;
    for (uint64_t round = 0; round < 60; round++) {
        uint64_t *at = memory;
        uint64_t left = SIZE / 16;
        uint64_t a, b;
        __asm__ volatile("1: ldp %2, %3, [%0]\n"
                         "add %2, %2, %5\n"
                         "eor %3, %3, %2\n"
                         "stp %2, %3, [%0], #16\n"
                         "ldr %2, [%0, #-8]\n"
                         "add %4, %4, %2\n"
                         "subs %1, %1, #1\n"
                         "b.ne 1b"
                         : "+r"(at), "+r"(left), "=&r"(a), "=&r"(b), "+r"(sum)
                         : "r"(round)
                         : "cc", "memory");
    }
    print("memory 0x%lx\n", sum);
}
