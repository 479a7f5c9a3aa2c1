/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Micro: a function called and returned from in a loop.
 */
#include "../programs/runtime/runtime.h"

void program(void)
{
    uint64_t sum = 1;
    uint64_t left = 40000000;
    __asm__ volatile("b 2f\n"
                     "3: tbz %0, #3, 4f\n"
                     "add %0, %0, #7\n"
                     "ret\n"
                     "4: eor %0, %0, #0xF\n"
                     "ret\n"
                     "2: bl 3b\n"
                     "subs %1, %1, #1\n"
                     "b.ne 2b"
                     : "+r"(sum), "+r"(left)::"cc", "x30");
    print("call 0x%lx\n", sum);
}
