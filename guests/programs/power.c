/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * PSCI: what every function answers to arguments that are right and wrong, and a second processor that is turned on and
 * off again and again.
 */
#include "runtime/runtime.h"

#define PSCI_CPU_SUSPEND 0xC4000001UL
#define PSCI_CPU_ON_32 0x84000003UL
#define PSCI_AFFINITY_INFO 0xC4000004UL
#define PSCI_AFFINITY_INFO_32 0x84000004UL
#define PSCI_FEATURES 0x8400000AUL
#define OTHER 1UL
#define NOBODY 0x77UL
#define ROUNDS 3

static _Alignas(16) unsigned char stack[4096];
static volatile uint64_t arrived;
static volatile uint64_t leave;

static uint64_t call(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3)
{
    return firmware_call(function, a1, a2, a3, 0, 0).x0;
}

static void say(const char *what, uint64_t result) { print("%s: 0x%lx\n", what, result & 0xFFFFFFFF); }

void secondary_main(void)
{
    /* Caches are off here and on there: both see memory, because they are coherent. */
    arrived++;
    while (!leave) {
    }
    give_up();
}

static void other_processor(void)
{
    uint64_t entry = (uint64_t)secondary_start;
    uint64_t top = (uint64_t)stack + sizeof stack;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        leave = 0;
        say("off", call(PSCI_AFFINITY_INFO, OTHER, 0, 0));
        if (round == 1) {
            say("on", call(PSCI_CPU_ON_32, OTHER, entry, top));
        } else {
            say("on", call(PSCI_CPU_ON, OTHER, entry, top));
        }
        while (arrived == round) {
        }
        say("is on", call(PSCI_AFFINITY_INFO, OTHER, 0, 0));
        say("is on, asked by 32 bits", call(PSCI_AFFINITY_INFO_32, OTHER, 0, 0));
        say("again", call(PSCI_CPU_ON, OTHER, entry, top));
        leave = 1;
        while (call(PSCI_AFFINITY_INFO, OTHER, 0, 0) == 0) {
        }
    }
}

void program(void)
{
    static const uint64_t known[] = {0x84000000, 0x84000001, 0xC4000001, 0x84000002, 0x84000003, 0xC4000003,
                                     0x84000004, 0xC4000004, 0x84000006, 0x84000008, 0x84000009, 0x8400000A};
    uint64_t me = read_register(mpidr_el1) & MPIDR_AFFINITY;
    say("version", call(0x84000000, 0, 0, 0));
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++) {
        print("feature 0x%lx", known[i]);
        say("", call(PSCI_FEATURES, known[i], 0, 0));
    }
    say("feature of nothing", call(PSCI_FEATURES, 0x8400FFFF, 0, 0));
    say("nothing", call(0x8400FFFF, 0, 0, 0));
    say("nothing in 64 bits", call(0xC400FFFF, 0, 0, 0));
    say("migrate info type", call(0x84000006, 0, 0, 0));
    say("on: myself", call(PSCI_CPU_ON, me, (uint64_t)secondary_start, 0));
    say("on: nobody", call(PSCI_CPU_ON, NOBODY, (uint64_t)secondary_start, 0));
    say("info: myself", call(PSCI_AFFINITY_INFO, me, 0, 0));
    say("info: nobody", call(PSCI_AFFINITY_INFO, NOBODY, 0, 0));
    other_processor();
    print("arrived %lu times\n", arrived);
}
