/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Micro: eight integer instructions in a loop.
 */
#include "../programs/runtime/runtime.h"

void program(void)
{
    uint64_t a = 88172645463325252UL;
    uint64_t sum = 0;
    uint64_t left = 40000000;
    uint64_t t;
    __asm__ volatile("1: eor %0, %0, %0, lsl #13\n"
                     "eor %0, %0, %0, lsr #7\n"
                     "eor %0, %0, %0, lsl #17\n"
                     "add %1, %1, %0\n"
                     "ror %3, %1, #11\n"
                     "sub %1, %3, %0\n"
                     "subs %2, %2, #1\n"
                     "b.ne 1b"
                     : "+r"(a), "+r"(sum), "+r"(left), "=&r"(t)::"cc");
    print("integer 0x%lx\n", sum);
}
