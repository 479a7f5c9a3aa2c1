/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Touches 256 absent pages from two tasks, checks every byte, and says how the faults went.
 */
#include "apf.h"

void guest_main(uint64_t device_tree)
{
    (void)device_tree;
    gic_init();
    driver_enable();
    run_tasks();
}

void tasks_done(void)
{
    driver_disable();

    uint64_t verified = 0;
    uint64_t wrong = 0;
    for (unsigned i = 0; i < TASKS; i++) {
        verified += progress[i].verified;
        wrong += progress[i].wrong;
    }
    print("apf: %lu pages verified, %lu bytes wrong\n", verified, wrong);
    print("apf: announced %lu\n", announced);
    print("apf: ready %lu\n", ready);
    print("apf: ready before the wait %lu\n", ready_early);
    print("apf: wake-all %lu\n", wake_alls);
    print("apf: declined %lu\n", declined);
    /* A page is there at once, or its fault was announced, or the processor stood still for it. */
    print("apf: synchronous %lu\n", verified - announced_pages);
    print("apf: task switches %lu\n", task_switches);
    print("apf: idle waits %lu\n", idle_waits);

    for (unsigned i = 0; i < TASKS; i++) {
        if (progress[i].wrong != 0) {
            fail("task %lu: first wrong byte in page %lu at offset %lu", (uint64_t)i, progress[i].first_page,
                 progress[i].first_offset);
        }
    }
    print("apf: powering off\n");
    power_off();
}
