/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The parts of this guest: main.c starts it and reports, driver.c talks to the host, tasks.c is the
 * scheduler, task.c runs at EL0.
 */
#ifndef APF_H
#define APF_H

#include "../lib/guest.h"
#include "pages.h"

#define TASKS 2
#define PAGES_PER_TASK (PAGES / TASKS)

/* ---- task.c: EL0 ---------------------------------------------------------------------------- */

/* What a task found; the kernel reads it. */
struct progress {
    uint64_t page;        /* the page it is at */
    uint64_t verified;    /* pages touched and checked */
    uint64_t wrong;       /* bytes that were not what they should be */
    uint64_t first_page;  /* where the first wrong byte was */
    uint64_t first_offset;
};

extern const volatile unsigned char absent_pages[PAGES][PAGE_SIZE];
extern volatile struct progress progress[TASKS];

/* Checks the pages of one task, then makes the system call DONE. */
__attribute__((noreturn)) void task(uint64_t number);

/* The only system call: SVC #0 says that the task has done its work. */

/* ---- tasks.c: EL1 --------------------------------------------------------------------------- */

extern uint64_t task_switches;
extern uint64_t idle_waits; /* how often no task could run */

/* Runs both tasks to their end, then calls tasks_done(). */
__attribute__((noreturn)) void run_tasks(void);
__attribute__((noreturn)) void tasks_done(void);

/* Number of the task that runs or was interrupted. */
uint64_t current_task(void);

/* The current task must not go on before wake(token) or wake_all(). */
void block_current(uint64_t token);

/* Lets the task that waits for the token go on. Returns 0 if none waits for it. */
int wake(uint64_t token);
void wake_all(void);

/* ---- driver.c: EL1 -------------------------------------------------------------------------- */

extern uint64_t announced;       /* not-present notifications taken */
extern uint64_t announced_pages; /* pages for which there was at least one */
extern uint64_t ready;           /* ready notifications that named a token */
extern uint64_t ready_early;     /* of these, before their task had begun to wait */
extern uint64_t wake_alls;
extern uint64_t declined;        /* not-present notifications answered with "resolve it synchronously" */

/* Looks for the interface of the host, prints what it found, and enables it if it is there. */
void driver_enable(void);
void driver_disable(void);

/* An interrupt was taken. */
void driver_interrupt(unsigned interrupt);

#endif
