/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tasks at EL0 and one run queue for all processors. The kernel runs with interrupts masked and never sleeps; only the
 * idle wait opens them.
 */
#include "kernel.h"
#include "user.h"

#define SPSR_EL0 0
#define TICKS_PER_SECOND 20000

struct task tasks[MAX_TASKS];

static uint32_t held;
static struct task *queue_head;
static struct task *queue_tail;
static uint64_t idle_cpus; /* bit N: processor N looks at the queue only when it is signalled */
static uint64_t live;      /* tasks that are not DONE */

/* ---- lock ----------------------------------------------------------------------------------- */

void lock(void)
{
    while (__atomic_exchange_n(&held, 1, __ATOMIC_ACQUIRE) != 0) {
        stop_if_told();
        __asm__ volatile("yield");
    }
}

void unlock(void)
{
    __atomic_store_n(&held, 0, __ATOMIC_RELEASE);
}

/* ---- run queue ------------------------------------------------------------------------------ */

static void append(struct task *task)
{
    task->state = RUNNABLE;
    task->next = 0;
    if (queue_head == 0) {
        queue_head = task;
    } else {
        queue_tail->next = task;
    }
    queue_tail = task;
}

static struct task *take_first(void)
{
    struct task *task = queue_head;
    if (task != 0) {
        queue_head = task->next;
    }
    return task;
}

/* Sees that somebody who is idle looks at the queue. */
static void signal_one(void)
{
    if (idle_cpus != 0) {
        unsigned other = (unsigned)__builtin_ctzll(idle_cpus);
        idle_cpus &= ~(1UL << other);
        cpu_signal(&cpus[other]);
    }
}

void make_runnable(struct task *task)
{
    append(task);
    uint64_t self = 1UL << cpu_self()->number;
    if ((idle_cpus & self) != 0) {
        idle_cpus &= ~self; /* this processor is on its way to the queue */
    } else {
        signal_one();
    }
}

/* ---- time ----------------------------------------------------------------------------------- */

static void start_ticking(void)
{
    timer_compare(read_register(cntvct_el0) + read_register(cntfrq_el0) / TICKS_PER_SECOND);
    timer_control(1);
}

static void stop_ticking(void)
{
    timer_control(0);
    synchronize();
}

void scheduler_tick(struct cpu *me)
{
    me->preemptions += me->current != 0;
    me->look = 1;
    start_ticking();
}

/* memcpy of lib/memory.c goes byte by byte. */
static void copy(struct frame *to, const struct frame *from)
{
    uint64_t *target = (uint64_t *)to;
    const uint64_t *source = (const uint64_t *)from;
    for (unsigned i = 0; i < sizeof *to / sizeof *target; i++) {
        target[i] = source[i];
    }
}

/* ---- choosing ------------------------------------------------------------------------------- */

/* WFI ends when an interrupt is pending even though it is masked, so none can slip in between the look at the queue and
 * the wait. The tick is off: nothing but a ready, or another processor, has anything to say. */
static void idle(struct cpu *me)
{
    idle_cpus |= 1UL << me->number;
    unlock();
    stop_ticking();
    wait_for_interrupt();
    take_interrupts(me, 0);
    stop_if_told();
    lock();
    idle_cpus &= ~(1UL << me->number);
}

/* The next task of this processor, with the lock held before and after. */
static struct task *choose(struct cpu *me)
{
    int waited_idle = 0;
    for (;;) {
        if (hotplug_must_leave(me)) {
            if (queue_head != 0) {
                signal_one(); /* its own task, or one that it was signalled for, and all others may be idle */
            }
            hotplug_leave(me);
        }
        if (live == 0) {
            unlock();
            cpu_finish(me);
        }
        struct task *task = take_first();
        if (task != 0) {
            if (waited_idle) {
                start_ticking();
            }
            return task;
        }
        me->idle_waits += !waited_idle;
        waited_idle = 1;
        idle(me);
    }
}

/* With the lock held; the frame of a task that RUNNING says is nobody else's. */
static struct task *next_task(struct cpu *me)
{
    struct task *task = choose(me);
    task->state = RUNNING;
    me->current = task;
    me->look = 0;
    return task;
}

void scheduler_begin(struct cpu *me, struct frame *frame)
{
    start_ticking();
    lock();
    struct task *task = next_task(me);
    unlock();
    copy(frame, &task->frame);
}

void scheduler_return(struct cpu *me, struct frame *frame)
{
    stop_if_told();
    if (!me->look && me->token == NO_TOKEN) {
        return;
    }
    struct task *task = me->current;
    uint64_t token = me->token;
    copy(&task->frame, frame);
    lock();
    me->current = 0;
    me->token = NO_TOKEN;
    if (task->state == RUNNING && (token == NO_TOKEN || !wait_begin(task, me, token))) {
        append(task);
    }
    struct task *next = next_task(me);
    unlock();
    if (next != task) {
        me->switches++;
        copy(frame, &next->frame);
    }
}

void scheduler_done(struct cpu *me)
{
    lock();
    me->current->state = DONE;
    me->look = 1;
    if (--live == 0) {
        cpu_signal_others();
    }
    unlock();
}

void tasks_make(void)
{
    live = arguments.tasks;
    for (unsigned i = 0; i < MAX_TASKS; i++) {
        if (i >= arguments.tasks) {
            tasks[i].state = DONE;
            continue;
        }
        tasks[i].frame.x[0] = i;
        tasks[i].frame.x[1] = arguments.rounds;
        tasks[i].frame.elr = (uint64_t)user_main;
        tasks[i].frame.spsr = SPSR_EL0;
        tasks[i].frame.sp_el0 = (uint64_t)user_stacks[i + 1];
        append(&tasks[i]);
    }
}
