/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which of four processors gets an interrupt: SGIs by target list and to all others, SPIs by affinity. Each processor
 * looks when the first one asks, so that the order of what is printed is always the same.
 */
#include "../lib/guest.h"

#define PROCESSORS 4
#define DISTRIBUTOR 0x08000000UL
#define REDISTRIBUTORS 0x080A0000UL
#define REDISTRIBUTOR_BYTES 0x20000UL
#define SPI 50UL
#define NONE 1023UL

#define ICC_PMR S3_0_C4_C6_0
#define ICC_SGI1R S3_0_C12_C11_5
#define ICC_IAR1 S3_0_C12_C12_0
#define ICC_EOIR1 S3_0_C12_C12_1
#define ICC_SRE S3_0_C12_C12_5
#define ICC_IGRPEN1 S3_0_C12_C12_7
#define get(name) get_(name)
#define get_(name) read_register(name)
#define set(name, value) set_(name, value)
#define set_(name, value)                                                                          \
    do {                                                                                           \
        write_register(name, value);                                                               \
        synchronize();                                                                             \
    } while (0)

enum command { WAIT, ACKNOWLEDGE, END, SEND };

struct mailbox {
    volatile uint64_t command;
    volatile uint64_t argument;
    volatile uint64_t answer;
    volatile uint64_t ready;
};

static struct mailbox mailboxes[PROCESSORS];
static _Alignas(16) unsigned char stacks[PROCESSORS][4096];

static uint64_t obey(uint64_t command, uint64_t argument)
{
    switch (command) {
    case ACKNOWLEDGE:
        return get(ICC_IAR1);
    case END:
        set(ICC_EOIR1, argument);
        return 0;
    case SEND:
        set(ICC_SGI1R, argument);
        return 0;
    default:
        return ~0UL;
    }
}

static void prepare(uint64_t me)
{
    uint64_t frame = REDISTRIBUTORS + me * REDISTRIBUTOR_BYTES;
    device_write(frame + 0x14, 0);
    while (device_read(frame + 0x14) & 4) {
    }
    set(ICC_SRE, 7);
    device_write(frame + 0x10080, 0xFFFFFFFF);
    device_write(frame + 0x10100, 0xFFFF);
    set(ICC_PMR, 0xFF);
    set(ICC_IGRPEN1, 1);
}

void secondary_main(void)
{
    uint64_t me = read_register(mpidr_el1) & 0xFF;
    struct mailbox *mine = &mailboxes[me];
    prepare(me);
    mine->ready = 1;
    for (;;) {
        uint64_t command = mine->command;
        if (command != WAIT) {
            mine->answer = obey(command, mine->argument);
            barrier();
            mine->command = WAIT;
        }
    }
}

static uint64_t tell(uint64_t processor, uint64_t command, uint64_t argument)
{
    if (processor == 0) {
        return obey(command, argument);
    }
    struct mailbox *box = &mailboxes[processor];
    box->argument = argument;
    barrier();
    box->command = command;
    while (box->command != WAIT) {
    }
    return box->answer;
}

/* Everybody acknowledges and ends what there is. */
static void look(const char *after)
{
    uint64_t seen[PROCESSORS];
    for (uint64_t i = 0; i < PROCESSORS; i++) {
        seen[i] = tell(i, ACKNOWLEDGE, 0);
        if (seen[i] < 1020) {
            tell(i, END, seen[i]);
        }
    }
    print("%s: %lu %lu %lu %lu\n", after, seen[0], seen[1], seen[2], seen[3]);
}

static void pend_shared(void)
{
    device_write(DISTRIBUTOR + 0x200 + SPI / 32 * 4, 1U << SPI % 32);
    barrier();
}

static void route(uint64_t affinity)
{
    __asm__ volatile("str %0, [%1]" ::"r"(affinity), "r"(DISTRIBUTOR + 0x6000 + 8 * SPI) : "memory");
    barrier();
}

void guest_main(uint64_t device_tree)
{
    (void)device_tree;
    device_write(DISTRIBUTOR, 0x12);
    device_write(DISTRIBUTOR + 0x80 + SPI / 32 * 4, 0xFFFFFFFF);
    device_write(DISTRIBUTOR + 0x100 + SPI / 32 * 4, 1U << SPI % 32);
    prepare(0);
    for (uint64_t i = 1; i < PROCESSORS; i++) {
        struct call_result on = firmware_call(PSCI_CPU_ON, i, (uint64_t)secondary_start, (uint64_t)stacks[i] + sizeof stacks[i], 0, 0);
        if (on.x0 != 0) {
            fail("CPU_ON of %lu: 0x%lx", i, on.x0);
        }
        while (!mailboxes[i].ready) {
        }
    }
    look("nothing");
    for (uint64_t from = 0; from < PROCESSORS; from++) {
        for (uint64_t list = 1; list < 16; list <<= 1) {
            tell(from, SEND, 5UL << 24 | list);
            look("one target");
        }
        tell(from, SEND, 6UL << 24 | 0xF);
        look("all by list");
        tell(from, SEND, 7UL << 24 | 0x30);
        look("targets that are not there");
        tell(from, SEND, 8UL << 24 | 1UL << 16 | 1);
        look("another cluster");
        tell(from, SEND, 8UL << 24 | 1UL << 32 | 1);
        look("another cluster, affinity 2");
        tell(from, SEND, 9UL << 24 | 1UL << 40);
        look("all others");
        tell(from, SEND, 9UL << 24 | 1UL << 40 | 0xF);
        tell(from, SEND, 10UL << 24 | 1UL << from);
        look("all others, and one to itself");
        look("what is left");
    }
    for (uint64_t to = 0; to < PROCESSORS; to++) {
        route(to);
        pend_shared();
        look("shared");
        look("shared is taken once");
    }
    route(9);
    pend_shared();
    look("routed to nobody");
    route(2);
    look("routed anew while pending");
    route(1);
    pend_shared();
    uint64_t taken = tell(1, ACKNOWLEDGE, 0);
    route(3);
    pend_shared();
    look("pending while active elsewhere");
    tell(1, END, taken);
    look("after its end");
    look("nothing");
}
