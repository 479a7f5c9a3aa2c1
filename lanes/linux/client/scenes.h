/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The scenes of the client: each looks at one part of what Linux does as a guest of Xen, says what it has seen in a line,
 * and dies if something is not so.
 */
#ifndef SCENES_H
#define SCENES_H

#include "user.h"

/* xenstore.c */
void scene_store(void);
void scene_late(void);
void scene_nostore(void);
void scene_device(void);
void scene_balloon(void);
void scene_sysrq(void);
void scene_availability(void);
/* Reads a node as text; returns 0 if there is none. */
int store_read(const char *path, char *value, u64 room);

/* events.c */
void scene_events(void);
void scene_affinity(void);
void scene_hotplug(void);
void scene_ports(void);
void scene_move(void);

/* console.c */
void scene_input(void);
void scene_tty(void);
void scene_printk(void);

/* system.c */
void scene_system(void);
void scene_grant(void);
void scene_timers(void);
void scene_timers_alone(void);
/* A timer and an interrupt from another processor arrive on a processor. */
void check_processor(u32 cpu);
/* The file that turns a processor on and off. */
const char *online_file(u32 cpu);
/* Makes a hypercall through the driver that lets programs do so. */
long hypercall(u64 number, u64 a, u64 b, u64 c);
/* Loads a module unless it is loaded. */
void module(const char *name, const char *options);

/* interrupts.c */
enum { MOST_CPUS = 8 };
/* A line of /proc/interrupts. */
struct row {
    u32 irq; /* 0 if the label is no number */
    u64 counts[MOST_CPUS];
    u64 sum;
};
/* Finds the row with that text, or the one so many rows behind it with that text; returns 0 if there is none. */
int interrupt_row(const char *text, u32 skip, struct row *row);

#endif
