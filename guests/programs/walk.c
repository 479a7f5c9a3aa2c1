/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Random translation tables of every granule and size, walked by AT: what PAR_EL1 says about reads and writes from the
 * kernel and from EL0. The tables under test are those of TTBR1; the program itself lives in TTBR0.
 */
#include "runtime/runtime.h"

#define ROUNDS 1500
#define TABLE_BYTES 0x10000UL
#define TCR_OWN 0x7FFFFFUL /* the half of TTBR0 */
#define PAR_FAULT 1UL
/* Implementation defined and RES1: bits 10 and 11 of a good result. */
#define PAR_SAID_OF_GOOD ~0xC00UL
#define PAR_SHAREABILITY 0x180UL
#define PAR_SAID_OF_FAULT 0x37FUL

static _Alignas(TABLE_BYTES) uint64_t tables[4][TABLE_BYTES / 8];
static uint64_t state = 0x9E3779B97F4A7C15UL;

static uint64_t random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545F4914F6CDD1DUL >> 8;
}

static uint64_t below(uint64_t limit) { return random() % limit; }

/* One time in so many. */
static int seldom(uint64_t times) { return below(times) == 0; }

struct shape {
    unsigned page_bits;
    unsigned encoding; /* TG1 */
};

static const struct shape shapes[] = {{12, 2}, {14, 1}, {16, 3}};

static uint64_t output_address(unsigned low_bit)
{
    static const unsigned widths[] = {32, 36, 40, 48};
    unsigned width = widths[below(4)];
    return random() & ((1UL << width) - 1) & ~((1UL << low_bit) - 1);
}

static uint64_t leaf(unsigned level, unsigned low_bit)
{
    uint64_t attributes = below(8) << 2 | below(2) << 5 | below(4) << 6 | below(4) << 8 | below(2) << 11 | below(4) << 53;
    uint64_t accessed = seldom(8) ? 0 : 1UL << 10;
    return output_address(low_bit) | attributes | accessed | (level == 3 ? 3 : 1);
}

static uint64_t table(uint64_t next)
{
    uint64_t hierarchical = seldom(3) ? below(16) << 59 : 0;
    uint64_t address = next;
    if (seldom(24)) {
        address |= (1 + below(255)) << 40; /* where QEMU's board has nothing either */
    }
    return address | hierarchical | 3;
}

/* Lays a path for an address and returns TCR_EL1. */
static uint64_t build(uint64_t address, const struct shape *shape, unsigned size)
{
    unsigned stride = shape->page_bits - 3;
    unsigned levels = (64 - size - shape->page_bits + stride - 1) / stride;
    unsigned level = 4 - levels;
    uint64_t bits = address & ((1UL << (64 - size)) - 1);
    uint64_t physical_size = seldom(3) ? below(6) : 5;
    for (;; level++) {
        unsigned low_bit = shape->page_bits + stride * (3 - level);
        uint64_t index = bits >> low_bit;
        bits &= (1UL << low_bit) - 1;
        uint64_t descriptor;
        if (seldom(40)) {
            descriptor = random() & ~1UL;
        } else if (level == 3 || (seldom(3) && (level == 2 || (level == 1 && shape->page_bits == 12)))) {
            descriptor = leaf(level, low_bit);
            if (level == 3 && seldom(40)) {
                descriptor &= ~2UL;
            }
        } else {
            descriptor = table((uint64_t)tables[level + 1]);
        }
        tables[level][index] = descriptor;
        if (level == 3 || (descriptor & 3) != 3) {
            break;
        }
    }
    write_register(ttbr1_el1, (uint64_t)tables[4 - levels]);
    uint64_t ignored_top = below(2);
    return (uint64_t)size << 16 | 0x35UL << 24 | (uint64_t)shape->encoding << 30 | physical_size << 32 | ignored_top << 38;
}

static void clear(uint64_t address, const struct shape *shape, unsigned size)
{
    unsigned stride = shape->page_bits - 3;
    unsigned levels = (64 - size - shape->page_bits + stride - 1) / stride;
    uint64_t bits = address & ((1UL << (64 - size)) - 1);
    for (unsigned level = 4 - levels; level < 4; level++) {
        unsigned low_bit = shape->page_bits + stride * (3 - level);
        tables[level][bits >> low_bit] = 0;
        bits &= (1UL << low_bit) - 1;
    }
}

static volatile uint64_t aborted;

static uint64_t answer(void)
{
    synchronize();
    uint64_t par = read_register(par_el1);
    if (par & PAR_FAULT) {
        return par & PAR_SAID_OF_FAULT;
    }
    /* Device memory and what no cache keeps are outer shareable, whatever the descriptor says; QEMU repeats that. */
    int uncached = par >> 60 == 0 || par >> 56 == 0x44;
    return par & PAR_SAID_OF_GOOD & ~(uncached ? PAR_SHAREABILITY : 0);
}

#define ask(operation, address)                                                                    \
    ({                                                                                             \
        aborted = 0;                                                                               \
        __asm__ volatile("at " #operation ", %0" ::"r"(address) : "memory");                       \
        uint64_t said = answer();                                                                  \
        aborted ? aborted : said;                                                                  \
    })

/* A walk that meets nothing at the address of a table aborts the instruction. */
void exception(struct frame *frame, uint64_t source)
{
    if (source != FROM_EL1_SYNC) {
        fail("exception from 0x%lx", source);
    }
    aborted = read_register(esr_el1);
    frame->elr += 4;
}

void guest_main(uint64_t device_tree)
{
    (void)device_tree;
    translation_build();
    translation_on();
    write_register(mair_el1, 0xF4AA880C040044FFUL);
    uint64_t own = read_register(tcr_el1) & TCR_OWN;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        const struct shape *shape = &shapes[below(3)];
        unsigned size = 16 + (unsigned)below(24);
        uint64_t address = ~0UL << (64 - size) | (random() & ((1UL << (64 - size)) - 1));
        uint64_t control = build(address, shape, size);
        write_register(tcr_el1, own | control);
        __asm__ volatile("dsb sy\n\ttlbi vmalle1\n\tdsb sy\n\tisb" ::: "memory");
        uint64_t asked = address;
        if (seldom(6)) {
            asked ^= 1UL << (56 + below(7)); /* the top byte */
        } else if (seldom(30)) {
            asked ^= 1UL << 54;
        }
        /* Not the half of TTBR0. */
        asked |= 1UL << 55;
        uint64_t kernel_read = ask(s1e1r, asked);
        uint64_t kernel_write = ask(s1e1w, asked);
        uint64_t user_read = ask(s1e0r, asked);
        uint64_t user_write = ask(s1e0w, asked);
        print("%lu: page 2^%lu, size %lu, TBI %lu, IPS %lu, 0x%lx: 0x%lx 0x%lx 0x%lx 0x%lx\n", round,
              (uint64_t)shape->page_bits, (uint64_t)size, control >> 38 & 1, control >> 32 & 7, asked, kernel_read, kernel_write,
              user_read, user_write);
        clear(address, shape, size);
    }
}
