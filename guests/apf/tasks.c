/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two tasks at EL0, one kernel stack. A task is left only where it cannot go on, so whatever runs at EL1
 * runs to its end with interrupts masked; only the idle wait opens them.
 */
#include "apf.h"

#define STACK_SIZE 4096
#define SPSR_EL0 0
#define SYNDROME_CLASS(esr) ((esr) >> 26 & 0x3F)
#define CLASS_SVC64 0x15

enum state { RUNNABLE, WAITING, DONE };

struct task {
    struct frame frame; /* valid while the task is not the current one */
    enum state state;
    uint64_t token; /* valid while waiting */
};

uint64_t task_switches;
uint64_t idle_waits;

static _Alignas(16) unsigned char stacks[TASKS][STACK_SIZE];
static struct task tasks[TASKS];
static volatile uint64_t current;

uint64_t current_task(void)
{
    return current;
}

void block_current(uint64_t token)
{
    tasks[current].token = token;
    tasks[current].state = WAITING;
}

int wake(uint64_t token)
{
    for (unsigned i = 0; i < TASKS; i++) {
        if (tasks[i].state == WAITING && tasks[i].token == token) {
            tasks[i].state = RUNNABLE;
            return 1;
        }
    }
    return 0;
}

void wake_all(void)
{
    for (unsigned i = 0; i < TASKS; i++) {
        if (tasks[i].state == WAITING) {
            tasks[i].state = RUNNABLE;
        }
    }
}

/* The current task if it can go on, else another one that can, else TASKS. */
static uint64_t next_runnable(void)
{
    for (unsigned i = 0; i < TASKS; i++) {
        uint64_t candidate = (current + i) % TASKS;
        if (tasks[candidate].state == RUNNABLE) {
            return candidate;
        }
    }
    return TASKS;
}

static int all_done(void)
{
    for (unsigned i = 0; i < TASKS; i++) {
        if (tasks[i].state != DONE) {
            return 0;
        }
    }
    return 1;
}

/* WFI ends when an interrupt is pending even though it is masked, so none can slip in between the look at
 * the tasks and the wait. */
static void idle(void)
{
    idle_waits++;
    while (next_runnable() == TASKS) {
        wait_for_interrupt();
        unmask_interrupts();
        mask_interrupts();
    }
}

/* Makes the frame that of a task that can go on. */
static void reschedule(struct frame *frame)
{
    if (all_done()) {
        tasks_done();
    }
    if (next_runnable() == TASKS) {
        idle();
    }
    uint64_t next = next_runnable();
    if (next != current) {
        tasks[current].frame = *frame;
        *frame = tasks[next].frame;
        current = next;
        task_switches++;
    }
}

void exception(struct frame *frame, uint64_t source)
{
    uint64_t syndrome = read_register(esr_el1);
    if (source == FROM_EL0_IRQ || source == FROM_EL1_IRQ) {
        driver_interrupt(gic_acknowledge());
    } else if (source == FROM_RESUME) {
        reschedule(frame);
    } else if (source == FROM_EL0_SYNC && SYNDROME_CLASS(syndrome) == CLASS_SVC64) {
        tasks[current].state = DONE;
        reschedule(frame);
    } else {
        fail("unexpected exception %lu at 0x%lx, ESR_EL1 0x%lx, FAR_EL1 0x%lx", source, frame->elr, syndrome,
             read_register(far_el1));
    }
}

void run_tasks(void)
{
    for (unsigned i = 0; i < TASKS; i++) {
        tasks[i].frame.x[0] = i;
        tasks[i].frame.elr = (uint64_t)task;
        tasks[i].frame.spsr = SPSR_EL0;
        tasks[i].frame.sp_el0 = (uint64_t)(stacks[i] + STACK_SIZE);
    }
    struct frame first = tasks[0].frame;
    enter_frame(&first);
}
