/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Micro: HVC and back: PSCI_VERSION.
 */
#include "../programs/runtime/runtime.h"

#define PSCI_VERSION 0x84000000UL

void program(void)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < 500000; i++) {
        sum += firmware_call(PSCI_VERSION, 0, 0, 0, 0, 0).x0 >> 16;
    }
    print("hvc %lu\n", sum);
}
