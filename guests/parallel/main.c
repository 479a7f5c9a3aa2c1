/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "program.h"

void guest_main(uint64_t device_tree)
{
    (void)device_tree;
    mmu_make_tables();
    mmu_enable();
    program();
}
