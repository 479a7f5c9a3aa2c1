/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../lib/guest.h"

void guest_main(uint64_t device_tree)
{
    (void)device_tree;
    print("hello: this is a guest\n");
    print("hello: CurrentEL %lu\n", read_register(CurrentEL) >> 2);
    print("hello: MPIDR_EL1 0x%lx\n", read_register(mpidr_el1));
    print("hello: powering off\n");
}
