/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What pages hold. pages.S writes it into the ELF file, user.c checks and writes it.
 *
 * word(page, round, i) = (page + 4099 * round + 5 * i) * M mod 2^64, with an odd M
 *
 * Two pages differ in every word, and so do two rounds of one page. Absent pages are in round 0.
 */
#ifndef PAGES_H
#define PAGES_H

#define ABSENT_PAGES 512
#define PAGE_SIZE 4096
#define PAGE_WORDS 512

#define WORD_MULTIPLIER 0x1E3779B97F4A7C15
#define WORD_STEP 5
#define ROUND_STEP 4099

#define MAX_TASKS 64
#define OWN_PAGES 8 /* of each task */
#define USER_STACK_SIZE 4096
#define PROGRESS_SIZE 64

#endif
