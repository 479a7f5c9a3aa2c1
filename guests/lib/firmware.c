/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "guest.h"

/* Neither call returns unless it is refused. */
__attribute__((noreturn)) static void end(uint64_t function)
{
    for (;;) {
        firmware_call(function, 0, 0, 0, 0, 0);
        wait_for_interrupt();
    }
}

void power_off(void)
{
    end(PSCI_SYSTEM_OFF);
}

void give_up(void)
{
    end(PSCI_CPU_OFF);
}
