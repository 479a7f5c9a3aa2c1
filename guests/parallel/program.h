/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "../lib/guest.h"

/* Does the work and prints what came out of it. */
void program(void);

/* Turns the MMU of EL1 on: everything where it is, RAM Normal memory in pages of 4 KiB, the rest Device. The
 * tables are made once; every processor turns its own MMU on. */
void mmu_make_tables(void);
void mmu_enable(void);

#endif
