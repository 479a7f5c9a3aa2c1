/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Everything is where it is; what is shared with a hypervisor has to be cacheable. Above it lies a playground.
 */
#include "xen.h"

#define ENTRIES 512
#define TABLE 3UL
#define LEAF 3UL
#define BLOCK 1UL
#define BLOCK_BYTES (2UL << 20)
#define GIB (1UL << 30)
#define NORMAL (0UL << 2 | 3UL << 8) /* inner shareable */
#define DEVICE (1UL << 2)
#define ACCESS_FLAG (1UL << 10)
#define NO_WRITE (1UL << 7)
#define NEVER_EXECUTE (1UL << 53 | 1UL << 54)

static _Alignas(4096) uint64_t first[ENTRIES];
static _Alignas(4096) uint64_t low[ENTRIES];
static _Alignas(4096) uint64_t play_blocks[ENTRIES];
static _Alignas(4096) uint64_t play_pages[ENTRIES];

void mmu_make_tables(void)
{
    for (uint64_t block = 0; block < GIB; block += BLOCK_BYTES) {
        int window = block >= machine.window && block < machine.window + machine.window_size;
        low[block / BLOCK_BYTES] = block | (window ? NORMAL : DEVICE) | ACCESS_FLAG | NEVER_EXECUTE | BLOCK;
    }
    first[0] = (uint64_t)low | TABLE;
    first[1] = GIB | NORMAL | ACCESS_FLAG | BLOCK;
    first[PLAYGROUND / GIB] = (uint64_t)play_blocks | TABLE;
    play_blocks[0] = (uint64_t)play_pages | TABLE;
    barrier();
}

void mmu_enable(void)
{
    write_register(mair_el1, 0x00FFUL);
    /* T0SZ 25, 4 KiB, write-back, inner shareable, TTBR1 off, 36-bit output. */
    write_register(tcr_el1, 25UL | 1UL << 8 | 1UL << 10 | 3UL << 12 | 1UL << 23 | 1UL << 32);
    write_register(ttbr0_el1, (uint64_t)first);
    barrier();
    __asm__ volatile("tlbi vmalle1" ::: "memory");
    barrier();
    synchronize();
    write_register(sctlr_el1, read_register(sctlr_el1) | 1UL | 1UL << 2 | 1UL << 12);
    synchronize();
}

void map_page(unsigned page, uint64_t frame, enum rights rights)
{
    uint64_t entry = frame * PAGE | ACCESS_FLAG | NEVER_EXECUTE | LEAF;
    switch (rights) {
        case NO_ACCESS:
            entry = 0;
            break;
        case READ_ONLY:
            entry |= NORMAL | NO_WRITE;
            break;
        case READ_WRITE:
            entry |= NORMAL;
            break;
        case DEVICE_MEMORY:
            entry |= DEVICE;
            break;
    }
    play_pages[page] = 0;
    barrier();
    __asm__ volatile("tlbi vmalle1is" ::: "memory");
    barrier();
    play_pages[page] = entry;
    barrier();
    synchronize();
}
