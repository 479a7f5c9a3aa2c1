/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Runs at EL0. It knows nothing of page faults: that is the point.
 */
#include "apf.h"

volatile struct progress progress[TASKS];

static void check(volatile struct progress *mine, uint64_t page)
{
    const volatile unsigned char *bytes = absent_pages[page];
    for (unsigned block = 0; block < PAGE_SIZE / BLOCK_SIZE; block++) {
        unsigned expected = (unsigned)page + BLOCK_STEP * block;
        for (unsigned i = 0; i < BLOCK_SIZE; i++, expected += BYTE_STEP) {
            unsigned offset = block * BLOCK_SIZE + i;
            if (bytes[offset] != (expected & 0xFF)) {
                if (mine->wrong == 0) {
                    mine->first_page = page;
                    mine->first_offset = offset;
                }
                mine->wrong++;
            }
        }
    }
}

void task(uint64_t number)
{
    volatile struct progress *mine = &progress[number];
    for (unsigned i = 0; i < PAGES_PER_TASK; i++) {
        uint64_t page = number * PAGES_PER_TASK + i;
        mine->page = page;
        check(mine, page);
        mine->verified++;
    }
    for (;;) {
        __asm__ volatile("svc #0" ::: "memory");
    }
}
