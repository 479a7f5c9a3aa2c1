/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The parts of this guest, from the bottom up:
 *
 *   boot.c        what the device tree says: boot arguments and processors
 *   mmu.c         translation tables: what EL0 may touch and what it may not
 *   processors.c  turning processors on and off, one struct cpu for each
 *   scheduler.c   tasks, the run queue, preemption, idle waits
 *   waits.c       tasks that wait for a page, by token, and readies that came too early
 *   exceptions.c  interrupts and system calls
 *   routes.c      how the host says "not present" and "ready": chooses one of route-*.c
 *   events.c      event channels, for route-xen.c
 *   user.c        what runs at EL0
 *   report.c      the numbers at the end
 */
#ifndef KERNEL_H
#define KERNEL_H

#include "../lib/guest.h"
#include "pages.h"

#define MAX_CPUS 8
#define NO_TOKEN 0

struct task;

/* One processor. Only the processor itself changes it, except where scheduler.c says otherwise. */
struct cpu {
    uint64_t number;
    uint64_t affinity;
    struct task *current; /* 0 while it boots or is idle */
    uint64_t token;       /* the current task is to wait for this; NO_TOKEN most of the time */
    int look;             /* do not go back to the task before the scheduler has looked around */
    int distrust;         /* a ready may have been lost: wait for nothing before the next wake-all */
    /* Numbers for the report. */
    uint64_t announced;
    uint64_t ready;
    uint64_t ready_early;
    uint64_t wake_alls;
    uint64_t declined;
    uint64_t unheeded;  /* not-presents that nobody could wait for and the host could not be told of */
    uint64_t cancelled; /* waits that ended because this processor gave the interface up */
    uint64_t left;      /* notifications still in the area when the interface was given up */
    uint64_t spurious;  /* interrupts of the route that had nothing to say */
    uint64_t switches;
    uint64_t preemptions;
    uint64_t idle_waits;
};

/* ---- boot.c --------------------------------------------------------------------------------- */

/* Boot arguments: NAME=VALUE, separated by blanks, in /chosen/bootargs. */
struct arguments {
    uint64_t tasks;   /* tasks at EL0 */
    uint64_t pages;   /* absent pages that they check */
    uint64_t rounds;  /* how often each task writes its own pages */
    uint64_t offline; /* 1: one processor goes away during the work and comes back */
    uint64_t decline; /* every so many not-presents one is declined; 0: none */
    char route[8];    /* auto, none, or the name of a route */
    char abi[8];      /* of event channels: auto, fifo or 2l */
    char way[8];      /* of ready, with route hyperv: auto, message or flag */
};

extern struct arguments arguments;

/* What the tree says of a host in the style of Xen. */
struct hypervisor {
    unsigned interrupt; /* the one of all events; 0 if there is no such host */
};

extern struct hypervisor hypervisor;

/* Reads the tree, with the MMU off; 0 if there is none. Sets arguments, hypervisor, cpus and cpu_count. */
void boot_read(uint64_t tree);

/* ---- mmu.c ---------------------------------------------------------------------------------- */

/* Everything is where it is; EL0 has its code, its data and the pages, nothing else. Made once. */
void mmu_make_tables(void);

/* Turns the MMU of the calling processor on. */
void mmu_enable(void);

/* Asks the MMU what EL0 may do, and fails if it is more or less than it should be. */
void mmu_check(void);

/* ---- processors.c --------------------------------------------------------------------------- */

extern struct cpu cpus[MAX_CPUS];
extern unsigned cpu_count;

/* The calling processor. */
static inline struct cpu *cpu_self(void) { return (struct cpu *)read_register(tpidr_el1); }

/* Says which one the calling processor is, by its affinity. */
void cpu_claim(void);

void cpus_turn_on(void);

/* The calling processor begins to run tasks. */
__attribute__((noreturn)) void cpu_run(struct cpu *me);

/* Makes another processor look around; the lock may be held. */
void cpu_signal(const struct cpu *other);
void cpu_signal_others(void);

#define SGI_LOOK 1

/* One processor goes away and comes back during the work. All three with the lock held. */
void hotplug_progress(void); /* one more page to check, or one more round, has begun */
int hotplug_must_leave(const struct cpu *me);
__attribute__((noreturn)) void hotplug_leave(struct cpu *me); /* gives the lock back */
extern uint64_t hotplug_left;
extern uint64_t hotplug_returned;

/* All tasks are done: the first processor reports when the others are off. Without the lock. */
__attribute__((noreturn)) void cpu_finish(struct cpu *me);

/* As fail(), but the other processors stop, too. */
#define kernel_fail(...)                                                                           \
    do {                                                                                           \
        stop_others();                                                                             \
        fail(__VA_ARGS__);                                                                         \
    } while (0)
void stop_others(void);

/* Does not return if another processor has failed. */
void stop_if_told(void);

/* ---- scheduler.c ---------------------------------------------------------------------------- */

enum state { RUNNABLE, RUNNING, WAITING, DONE };

struct task {
    struct frame frame; /* valid while the task is not RUNNING */
    enum state state;
    uint64_t token;           /* valid while WAITING, as are the next two */
    const struct cpu *waiter; /* the processor on which the wait began */
    uint64_t since;           /* CNTVCT_EL0 */
    struct task *next;        /* in the run queue */
};

extern struct task tasks[MAX_TASKS];

/* The one lock: run queue, waits, and what processors tell each other. Held with interrupts masked. */
void lock(void);
void unlock(void);

void tasks_make(void);

/* Puts a task into the run queue and sees that somebody looks. With the lock held. */
void make_runnable(struct task *task);

/* The frame becomes that of the first task of this processor. */
void scheduler_begin(struct cpu *me, struct frame *frame);

/* On the way back to EL0: the frame stays as it is, or becomes that of another task. */
void scheduler_return(struct cpu *me, struct frame *frame);

/* The current task has done its work. */
void scheduler_done(struct cpu *me);

/* The timer's interrupt was taken. */
void scheduler_tick(struct cpu *me);

/* ---- waits.c -------------------------------------------------------------------------------- */

extern uint64_t waited;       /* ticks of CNTVCT_EL0 that tasks waited for pages */
extern uint64_t longest_wait; /* the longest of these waits */

/* Lets the task wait for the token. Returns 0 if it need not. With the lock held. */
int wait_begin(struct task *task, struct cpu *me, uint64_t token);

/* Nobody waits for the token of a not-present that was taken on this processor. */
void wait_for_nothing(uint64_t token);

/* Lets the task that waits for the token go on, or remembers the token. */
void wait_end(struct cpu *me, uint64_t token);

/* Lets every task go on that began to wait on this processor. Returns how many. */
uint64_t wait_end_all(struct cpu *me);

/* ---- exceptions.c --------------------------------------------------------------------------- */

/* Takes every interrupt that is pending. */
void take_interrupts(struct cpu *me, int from_user);

/* ---- report.c ------------------------------------------------------------------------------- */

__attribute__((noreturn)) void report(void);

#endif
