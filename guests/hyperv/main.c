/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "hyperv.h"

void guest_main(uint64_t device_tree)
{
    read_tree(device_tree);
    mmu_make_tables();
    mmu_enable();
    print("hyperv: %u processors\n", machine.cpus);
    if (pair_wanted()) {
        pair();
    }
    start_processors();
    check_gate();
    check_bringup();
    check_registers();
    check_words();
    check_memory();
    check_lists();
    check_overlays();
    check_synic();
    check_messages();
    check_events();
    check_timers();
    check_clock();
    check_bus();
    check_end();
    finish();
}
