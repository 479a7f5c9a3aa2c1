/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kernel.h"
#include "user.h"

#define ENTRIES 512
#define TABLE 3UL
#define PAGE 3UL
#define BLOCK 1UL
#define NORMAL (0UL << 2 | 3UL << 8) /* inner shareable */
#define DEVICE (1UL << 2)
#define ACCESS_FLAG (1UL << 10)
#define EL0_TOO (1UL << 6)
#define READ_ONLY (1UL << 7)
#define NO_KERNEL_EXECUTE (1UL << 53)
#define NO_USER_EXECUTE (1UL << 54)
#define NEVER_EXECUTE (NO_KERNEL_EXECUTE | NO_USER_EXECUTE)

#define DEVICES 0x08000000UL /* GIC and serial port */
#define DEVICES_END 0x09200000UL
#define RAM 0x40000000UL
#define PAGED_BYTES (16UL << 20)
#define BLOCK_BYTES (2UL << 20)

static _Alignas(4096) uint64_t first[ENTRIES];
static _Alignas(4096) uint64_t devices[ENTRIES];
static _Alignas(4096) uint64_t second[ENTRIES];
static _Alignas(4096) uint64_t third[PAGED_BYTES / BLOCK_BYTES][ENTRIES];

extern unsigned char user_text_start[], kernel_text_start[], kernel_data_start[], user_data_start[], user_data_end[],
    absent_start[], absent_end[];

static const struct {
    const unsigned char *start, *end;
    uint64_t attributes;
} regions[] = {
    {user_text_start, kernel_text_start, EL0_TOO | READ_ONLY | NO_KERNEL_EXECUTE},
    {kernel_text_start, kernel_data_start, READ_ONLY | NO_USER_EXECUTE},
    {kernel_data_start, user_data_start, NEVER_EXECUTE},
    {user_data_start, user_data_end, EL0_TOO | NEVER_EXECUTE},
    {absent_start, absent_end, EL0_TOO | READ_ONLY | NEVER_EXECUTE},
};

/* 39-bit addresses: the first table resolves GiB, the second 2 MiB, the third pages. */
void mmu_make_tables(void)
{
    first[0] = (uint64_t)devices | TABLE;
    first[1] = (uint64_t)second | TABLE;
    for (uint64_t block = DEVICES; block < DEVICES_END; block += BLOCK_BYTES) {
        devices[block / BLOCK_BYTES] = block | DEVICE | ACCESS_FLAG | NEVER_EXECUTE | BLOCK;
    }
    for (unsigned i = 0; i < PAGED_BYTES / BLOCK_BYTES; i++) {
        second[i] = (uint64_t)third[i] | TABLE;
    }
    for (unsigned i = 0; i < sizeof regions / sizeof regions[0]; i++) {
        for (uint64_t page = (uint64_t)regions[i].start; page < (uint64_t)regions[i].end; page += PAGE_SIZE) {
            uint64_t index = (page - RAM) / PAGE_SIZE;
            third[index / ENTRIES][index % ENTRIES] = page | NORMAL | ACCESS_FLAG | regions[i].attributes | PAGE;
        }
    }
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
    /* MMU, caches; SPAN, so that the kernel may read what EL0 may. */
    write_register(sctlr_el1, read_register(sctlr_el1) | 1UL | 1UL << 2 | 1UL << 12 | 1UL << 23);
    synchronize();
}

/* What AT says that EL0 may do at an address: bit 0 read, bit 1 write. */
static unsigned allowed(const volatile void *address)
{
    unsigned result = 0;
    __asm__ volatile("at s1e0r, %0\n\tisb" ::"r"(address) : "memory");
    result |= (read_register(par_el1) & 1) == 0 ? 1 : 0;
    __asm__ volatile("at s1e0w, %0\n\tisb" ::"r"(address) : "memory");
    result |= (read_register(par_el1) & 1) == 0 ? 2 : 0;
    return result;
}

void mmu_check(void)
{
    const struct {
        const volatile void *address;
        unsigned allowed;
    } samples[] = {
        {user_text_start, 1},
        {kernel_text_start, 0},
        {cpus, 0},
        {first, 0},
        {own_pages, 3},
        {user_stacks[MAX_TASKS - 1], 3},
        {(const volatile void *)progress, 3},
        {absent_pages, 1},
        {(const volatile void *)0x09000000UL, 0},
        {(const volatile void *)0, 0},
    };
    for (unsigned i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        unsigned found = allowed(samples[i].address);
        if (found != samples[i].allowed) {
            fail("EL0 may do %lu at 0x%lx, not %lu", (uint64_t)found, (uint64_t)samples[i].address,
                 (uint64_t)samples[i].allowed);
        }
    }
}
