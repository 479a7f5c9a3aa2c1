/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Stage 1 of EL1 and EL0: 39-bit addresses in TTBR0, granule 4 KiB, so the walk begins at level 1.
 */
#include "runtime.h"

#define ENTRIES 512
#define PAGE_SIZE 0x1000UL
#define BLOCK_SIZE 0x200000UL
#define GIGABYTE 0x40000000UL
#define DEVICES 0x08000000UL
#define DEVICES_SIZE 0x02000000UL
#define RAM GIGABYTE
#define RAM_SIZE 0x08000000UL
#define PAGED_SIZE 0x01000000UL
#define MAX_TABLES 16

#define DESCRIPTOR_TABLE 3UL
#define DESCRIPTOR_PAGE 3UL
#define DESCRIPTOR_BLOCK 1UL
/* Attribute 1, accessed, executable nowhere. */
#define DEVICE 0x0060000000000404UL
#define ADDRESS_MASK 0x0000FFFFFFFFF000UL

#define MAIR 0x00FFUL /* 0: write back, allocating; 1: nGnRnE */
/* T0SZ 25, walks write back and inner shareable, 4 KiB, no walks by TTBR1, 40-bit physical addresses */
#define TCR (25UL | 1UL << 8 | 1UL << 10 | 3UL << 12 | 1UL << 23 | 2UL << 32)
#define SCTLR_MMU_AND_CACHES (1UL | 1UL << 2 | 1UL << 12)

static _Alignas(4096) uint64_t tables[MAX_TABLES][ENTRIES];
static uint64_t used = 1;

static uint64_t *next_table(uint64_t *table, uint64_t index)
{
    if (table[index] == 0) {
        if (used == MAX_TABLES) {
            fail("no more translation tables");
        }
        table[index] = (uint64_t)tables[used++] | DESCRIPTOR_TABLE;
    }
    return (uint64_t *)(table[index] & ADDRESS_MASK);
}

void translation_map(uint64_t address, uint64_t physical, uint64_t attributes)
{
    uint64_t *blocks = next_table(tables[0], address / GIGABYTE);
    blocks[address / BLOCK_SIZE % ENTRIES] = physical | attributes | DESCRIPTOR_BLOCK;
}

static void map_page(uint64_t address, uint64_t attributes)
{
    uint64_t *blocks = next_table(tables[0], address / GIGABYTE);
    uint64_t *pages = next_table(blocks, address / BLOCK_SIZE % ENTRIES);
    pages[address / PAGE_SIZE % ENTRIES] = address | attributes | DESCRIPTOR_PAGE;
}

void translation_build(void)
{
    for (uint64_t device = DEVICES; device < DEVICES + DEVICES_SIZE; device += BLOCK_SIZE) {
        translation_map(device, device, DEVICE);
    }
    uint64_t address = RAM;
    for (; address < RAM + PAGED_SIZE; address += PAGE_SIZE) {
        map_page(address, MAP_NORMAL | MAP_NO_EXECUTE_EL0);
    }
    for (; address < RAM + RAM_SIZE; address += BLOCK_SIZE) {
        translation_map(address, address, MAP_NORMAL | MAP_NO_EXECUTE_EL0);
    }
    barrier();
}

void translation_on(void)
{
    write_register(mair_el1, MAIR);
    write_register(tcr_el1, TCR);
    write_register(ttbr0_el1, (uint64_t)tables[0]);
    __asm__ volatile("dsb sy\n\ttlbi vmalle1\n\tic iallu\n\tdsb sy\n\tisb" ::: "memory");
    /* A is cleared: from here on the compiler may access memory at any address. */
    write_register(sctlr_el1, (read_register(sctlr_el1) | SCTLR_MMU_AND_CACHES) & ~2UL);
    synchronize();
}
