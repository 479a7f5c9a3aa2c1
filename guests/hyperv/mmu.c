/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The first GiB is devices, the second one memory, both where they are. With memory that is cached, exclusives work.
 */
#include "hyperv.h"

#define ENTRIES 512
#define BLOCK 1UL
#define GIB (1UL << 30)
#define NORMAL (0UL << 2 | 3UL << 8) /* inner shareable */
#define DEVICE (1UL << 2)
#define ACCESS_FLAG (1UL << 10)
#define NEVER_EXECUTE (1UL << 53 | 1UL << 54)

static _Alignas(4096) uint64_t table[ENTRIES];

void mmu_make_tables(void)
{
    table[0] = DEVICE | ACCESS_FLAG | NEVER_EXECUTE | BLOCK;
    table[1] = GIB | NORMAL | ACCESS_FLAG | BLOCK;
    barrier();
}

void mmu_enable(void)
{
    write_register(mair_el1, 0x00FFUL);
    /* T0SZ 25, 4 KiB, write-back, inner shareable, TTBR1 off, 36-bit output. */
    write_register(tcr_el1, 25UL | 1UL << 8 | 1UL << 10 | 3UL << 12 | 1UL << 23 | 1UL << 32);
    write_register(ttbr0_el1, (uint64_t)table);
    barrier();
    __asm__ volatile("tlbi vmalle1" ::: "memory");
    barrier();
    synchronize();
    write_register(sctlr_el1, read_register(sctlr_el1) | 1UL | 1UL << 2 | 1UL << 12);
    synchronize();
}
