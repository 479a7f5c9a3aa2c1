/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "xen.h"

static void observe_all(void)
{
    observe_calls();
    observe_parameters();
    observe_memory();
    observe_ports();
    if (fifo) {
        observe_queues();
    } else {
        observe_two_level();
    }
    observe_poll();
    observe_handles();
    if (machine.cpus > 1) {
        observe_processors();
    }
    observe_limits();
}

void guest_main(uint64_t device_tree)
{
    read_tree(device_tree);
    mmu_make_tables();
    mmu_enable();
    console_choose();
    wanted_fifo = argument("abi=fifo");
    print("about: %s, window 0x%lx + 0x%lx, uart 0x%lx, gic 0x%lx 0x%lx, arguments '%s'\n", machine.compatible,
          machine.window, machine.window_size, machine.uart, machine.distributor, machine.redistributors, machine.arguments);
    print("xen: %u processors, %s\n", machine.cpus, wanted_fifo ? "FIFO" : "2-level");
    if (pair_wanted()) {
        pair();
    } else {
        observe_all();
    }
    print("xen: powering off\n");
    uint32_t reason = 0;
    hypercall(SCHED_OP, 2, (uint64_t)&reason, 0);
    fail("SCHEDOP_shutdown came back");
}
