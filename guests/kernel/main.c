/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A small kernel: tasks at EL0 on one to eight processors read, write and check pages that may be absent at any time.
 */
#include "route.h"

void guest_main(uint64_t device_tree)
{
    boot_read(device_tree);
    mmu_make_tables();
    mmu_enable();
    mmu_check();
    cpu_claim();
    gic_init();
    print("kernel: %lu processors, %lu tasks\n", (uint64_t)cpu_count, arguments.tasks);
    route_choose();
    tasks_make();
    cpus_turn_on();
    cpu_run(cpu_self());
}
