/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the programs of this folder have in common. Each is one file with one function, program, and runs
 * alone: main.c calls it, with the MMU on if it was compiled with -DMMU.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "../lib/guest.h"

/* How often a program repeats its work; a benchmark sets more. */
#ifndef SCALE
#define SCALE 1
#endif

/* Does the work and prints what came out of it. */
void program(void);

/* Turns the MMU of EL1 on: everything where it is, RAM Normal memory in pages of 4 KiB, the rest Device. The
 * tables are made once; every processor turns its own MMU on. */
void mmu_make_tables(void);
void mmu_enable(void);

/* A generator of numbers that look random, the same everywhere. */
static inline uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Mixes a number into a checksum. */
static inline uint64_t mix(uint64_t sum, uint64_t value)
{
    sum ^= value;
    return (sum << 7 | sum >> 57) * 0x9E3779B97F4A7C15ul;
}

#endif
