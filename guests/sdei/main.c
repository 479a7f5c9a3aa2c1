/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sdei.h"

void guest_main(uint64_t device_tree)
{
    (void)device_tree;
    print("sdei: at EL%lu\n", current_level());
    gic_init();
    registers();
    states();
    processors();
    print("sdei: powering off\n");
    power(PSCI_SYSTEM_OFF, 0, 0, 0);
}
