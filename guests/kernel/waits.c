/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Who waits for which token is in the tasks themselves, so there is always room to wait. Whoever learns of a ready
 * before its not-present needs room of its own, and that is bounded. Everything here is done with the lock held.
 */
#include "kernel.h"

#define EARLY_MAX 64
#define UNCLAIMED_MAX 64

uint64_t waited;
uint64_t longest_wait;

/* Readies without a waiter: their not-present is still on its way, perhaps to another processor. */
static struct {
    uint64_t token; /* NO_TOKEN: free */
    const struct cpu *cpu;
} early[EARLY_MAX];
static unsigned early_count;

/* Tokens of not-presents that nobody waits for; their readies, if any come, are not early. The oldest is forgotten
 * first: after a decline none comes. */
static uint64_t unclaimed[UNCLAIMED_MAX];
static unsigned unclaimed_next;

static int forget_early(uint64_t token)
{
    for (unsigned i = 0; i < EARLY_MAX && early_count != 0; i++) {
        if (early[i].token == token) {
            early[i].token = NO_TOKEN;
            early_count--;
            return 1;
        }
    }
    return 0;
}

static int forget_unclaimed(uint64_t token)
{
    for (unsigned i = 0; i < UNCLAIMED_MAX; i++) {
        if (unclaimed[i] == token) {
            unclaimed[i] = NO_TOKEN;
            return 1;
        }
    }
    return 0;
}

static void remember_early(struct cpu *me, uint64_t token)
{
    for (unsigned i = 0; i < EARLY_MAX; i++) {
        if (early[i].token == NO_TOKEN) {
            early[i].token = token;
            early[i].cpu = me;
            early_count++;
            return;
        }
    }
    /* The waiter of this token would wait for ever. Until the host ends all waits, nobody begins one. */
    for (unsigned i = 0; i < cpu_count; i++) {
        cpus[i].distrust = 1;
    }
}

int wait_begin(struct task *task, struct cpu *me, uint64_t token)
{
    if (forget_early(token) || me->distrust) {
        return 0;
    }
    task->state = WAITING;
    task->token = token;
    task->waiter = me;
    task->since = read_register(cntvct_el0);
    return 1;
}

static void end(struct task *task)
{
    uint64_t time = read_register(cntvct_el0) - task->since;
    waited += time;
    if (time > longest_wait) {
        longest_wait = time;
    }
    make_runnable(task);
}

void wait_for_nothing(uint64_t token)
{
    if (!forget_early(token)) {
        unclaimed[unclaimed_next] = token;
        unclaimed_next = (unclaimed_next + 1) % UNCLAIMED_MAX;
    }
}

void wait_end(struct cpu *me, uint64_t token)
{
    for (unsigned i = 0; i < arguments.tasks; i++) {
        if (tasks[i].state == WAITING && tasks[i].token == token) {
            end(&tasks[i]);
            return;
        }
    }
    if (!forget_unclaimed(token)) {
        me->ready_early++;
        remember_early(me, token);
    }
}

uint64_t wait_end_all(struct cpu *me)
{
    uint64_t ended = 0;
    for (unsigned i = 0; i < arguments.tasks; i++) {
        if (tasks[i].state == WAITING && tasks[i].waiter == me) {
            end(&tasks[i]);
            ended++;
        }
    }
    for (unsigned i = 0; i < EARLY_MAX; i++) {
        if (early[i].token != NO_TOKEN && early[i].cpu == me) {
            early[i].token = NO_TOKEN;
            early_count--;
        }
    }
    me->distrust = 0;
    return ended;
}
