/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the programs have beyond lib/guest.h: they run with the MMU and the caches on.
 */
#ifndef RUNTIME_H
#define RUNTIME_H

#include "../../lib/guest.h"

/* The program. When it returns, the machine is powered off. */
void program(void);

/* ---- lib/memory.c --------------------------------------------------------------------------- */

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *left, const void *right, size_t size);

/* ---- translation.c -------------------------------------------------------------------------- */

/* Descriptor attributes of normal write-back memory at EL1, and what else the programs map. */
#define MAP_NORMAL 0x0000000000000700UL         /* attribute 0, inner shareable, accessed, EL1 reads and writes */
#define MAP_NO_EXECUTE_EL0 0x0040000000000000UL /* UXN */
#define MAP_NO_EXECUTE_EL1 0x0020000000000000UL /* PXN */
#define MAP_EL0 0x40UL                          /* AP[1]: EL0 as well */
#define MAP_READ_ONLY 0x80UL                    /* AP[2] */

/* Builds the tables: devices at 0x08000000, 128 MiB of RAM at 0x40000000, of these the first 16 MiB in pages of 4 KiB.
 * Called once, before the first translation_on(). */
void translation_build(void);

/* Maps 2 MiB more; to be called between translation_build() and translation_on(). */
void translation_map(uint64_t address, uint64_t physical, uint64_t attributes);

/* Turns the MMU and the caches of this processor on. */
void translation_on(void);

#endif
