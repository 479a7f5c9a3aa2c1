/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "program.h"

#define ENTRIES 512
#define TABLE 3ul
#define PAGE 3ul
#define BLOCK 1ul
#define ACCESS_FLAG (1ul << 10)
#define INNER_SHAREABLE (3ul << 8)
#define NORMAL (0ul << 2)
#define DEVICE (1ul << 2)
#define EXECUTE_NEVER (3ul << 53)
#define RAM 0x40000000ul
#define PAGED_BYTES (16ul << 20)

static _Alignas(4096) uint64_t first[ENTRIES];
static _Alignas(4096) uint64_t second[ENTRIES];
static _Alignas(4096) uint64_t third[PAGED_BYTES >> 21][ENTRIES];

/* 39-bit addresses: the first table resolves GiB, the second 2 MiB, the third pages. */
void mmu_make_tables(void)
{
    first[0] = DEVICE | ACCESS_FLAG | EXECUTE_NEVER | BLOCK;
    first[1] = (uint64_t)second | TABLE;
    for (uint64_t i = 0; i < ENTRIES; i++) {
        second[i] = (RAM + (i << 21)) | NORMAL | INNER_SHAREABLE | ACCESS_FLAG | EXECUTE_NEVER | BLOCK;
    }
    for (uint64_t i = 0; i < PAGED_BYTES >> 21; i++) {
        second[i] = (uint64_t)third[i] | TABLE;
        for (uint64_t page = 0; page < ENTRIES; page++) {
            third[i][page] = (RAM + (i << 21) + (page << 12)) | NORMAL | INNER_SHAREABLE | ACCESS_FLAG | PAGE;
        }
    }
    barrier();
}

void mmu_enable(void)
{
    write_register(mair_el1, 0x00FFul);
    /* T0SZ 25, 4 KiB, write-back, inner shareable, TTBR1 off, 36-bit output. */
    write_register(tcr_el1, 25ul | 1ul << 8 | 1ul << 10 | 3ul << 12 | 1ul << 23 | 1ul << 32);
    write_register(ttbr0_el1, (uint64_t)first);
    barrier();
    __asm__ volatile("tlbi vmalle1" ::: "memory");
    barrier();
    synchronize();
    write_register(sctlr_el1, read_register(sctlr_el1) | 1ul | 1ul << 2 | 1ul << 12);
    synchronize();
}
