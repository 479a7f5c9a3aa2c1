/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Runs at EL0. It knows nothing of page faults: that is the point.
 */
#include "user.h"

/* From one word of a page to the next. */
#define DIFFERENCE ((uint64_t)WORD_STEP * WORD_MULTIPLIER)

static uint64_t call(uint64_t number)
{
    register uint64_t x0 __asm__("x0") = 0;
    register uint64_t x8 __asm__("x8") = number;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8) : "memory");
    return x0;
}

static uint64_t first_word(uint64_t page, uint64_t round)
{
    return (page + ROUND_STEP * round) * WORD_MULTIPLIER;
}

__attribute__((noinline)) static void
note(volatile struct progress *mine, const volatile uint64_t *word, uint64_t found, uint64_t expected)
{
    if (mine->wrong == 0) {
        mine->first_page = (uint64_t)word;
        mine->first_found = found;
        mine->first_expected = expected;
    }
    for (uint64_t difference = found ^ expected; difference != 0; difference >>= 8) {
        mine->wrong += (difference & 0xFF) != 0;
    }
}

static void check(volatile struct progress *mine, const volatile uint64_t *words, uint64_t expected)
{
    for (unsigned i = 0; i < PAGE_WORDS; i++, expected += DIFFERENCE) {
        uint64_t found = words[i];
        if (found != expected) {
            note(mine, &words[i], found, expected);
        }
    }
}

/* Every word must be what the round before wrote before it becomes what this round writes. */
static void rewrite(volatile struct progress *mine, volatile uint64_t *words, uint64_t before, uint64_t after)
{
    for (unsigned i = 0; i < PAGE_WORDS; i++) {
        uint64_t found = words[i];
        if (found != before) {
            note(mine, &words[i], found, before);
        }
        words[i] = after;
        before += DIFFERENCE;
        after += DIFFERENCE;
    }
}

static void write(volatile uint64_t *words, uint64_t value)
{
    for (unsigned i = 0; i < PAGE_WORDS; i++, value += DIFFERENCE) {
        words[i] = value;
    }
}

void user_main(uint64_t number, uint64_t rounds)
{
    volatile struct progress *mine = &progress[number];
    for (uint64_t page = call(CALL_PAGE); page != NO_PAGE; page = call(CALL_PAGE)) {
        check(mine, absent_pages[page], first_word(page, 0));
        mine->verified++;
    }
    for (uint64_t round = 1; round <= rounds; round++) {
        for (uint64_t page = number * OWN_PAGES; page < (number + 1) * OWN_PAGES; page++) {
            if (round == 1) {
                write(own_pages[page], first_word(page, round));
            } else {
                rewrite(mine, own_pages[page], first_word(page, round - 1), first_word(page, round));
                mine->own_verified++;
            }
        }
        call(CALL_YIELD);
    }
    if (rounds != 0) {
        for (uint64_t page = number * OWN_PAGES; page < (number + 1) * OWN_PAGES; page++) {
            check(mine, own_pages[page], first_word(page, rounds));
            mine->own_verified++;
        }
    }
    for (;;) {
        call(CALL_DONE);
    }
}
