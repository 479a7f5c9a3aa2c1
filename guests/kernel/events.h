/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Event channels of a Xen-style host, in either ABI. The kernel has one port on each processor; every other port is masked
 * and stays so.
 */
#ifndef EVENTS_H
#define EVENTS_H

#include "kernel.h"

/* Once, on the first processor: shares with the host what all processors need. */
void events_open(void);

/* Which ABI is in use. */
const char *events_abi(void);

/* Shares what the host has to know of the calling processor; more than once is as good as once. */
void events_join(struct cpu *me);

/* Makes a port that belongs to the calling processor, and opens it. */
uint32_t events_bind(struct cpu *me);

/* Takes every event of the calling processor; whether the port was among them. Whoever sends one afterwards makes the
 * interrupt pending again, so what events tell of is looked at after this and not before. */
int events_take(struct cpu *me, uint32_t port);

/* Gives the port back, with nothing of it left. */
void events_close(struct cpu *me, uint32_t port);

#endif
