/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Micro: SVC and back, with the whole frame kept.
 */
#include "../programs/runtime/runtime.h"

static uint64_t taken;

void exception(struct frame *frame, uint64_t source)
{
    (void)frame;
    (void)source;
    taken++;
}

void program(void)
{
    for (uint64_t i = 0; i < 1000000; i++) {
        __asm__ volatile("svc #0" ::: "memory");
    }
    print("svc %lu\n", taken);
}
