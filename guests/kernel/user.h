/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What EL0 and EL1 have in common.
 */
#ifndef USER_H
#define USER_H

#include "pages.h"
#include <stdint.h>

/* System calls: number in X8, argument and result in X0. */
enum system_call {
    CALL_YIELD, /* let another task run */
    CALL_DONE,  /* this task has done its work; does not return */
    CALL_PAGE,  /* gives the number of an absent page to check, NO_PAGE if there is none left */
};
#define NO_PAGE UINT64_MAX

/* What a task found. It is written at EL0 and read by the kernel at the end. */
struct progress {
    uint64_t verified;     /* absent pages checked */
    uint64_t own_verified; /* pages of its own written and found again */
    uint64_t wrong;        /* bytes that were not what they should be */
    uint64_t first_page;   /* address of the first wrong word, what was there, what should have been */
    uint64_t first_found;
    uint64_t first_expected;
    uint64_t reserved[2];
};
_Static_assert(sizeof(struct progress) == PROGRESS_SIZE, "pages.S makes room for it");

extern const volatile uint64_t absent_pages[ABSENT_PAGES][PAGE_WORDS];
extern volatile uint64_t own_pages[MAX_TASKS * OWN_PAGES][PAGE_WORDS];
extern unsigned char user_stacks[MAX_TASKS][USER_STACK_SIZE];
extern volatile struct progress progress[MAX_TASKS];

/* Where a task begins. */
__attribute__((noreturn)) void user_main(uint64_t number, uint64_t rounds);

#endif
