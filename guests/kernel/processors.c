/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "route.h"

#define PSCI_AFFINITY_INFO 0xC4000004UL
#define PSCI_OFF 1
#define STACK_SIZE 8192

struct cpu cpus[MAX_CPUS];
unsigned cpu_count;
uint64_t hotplug_left;
uint64_t hotplug_returned;

static _Alignas(16) unsigned char stacks[MAX_CPUS][STACK_SIZE];
static volatile uint32_t stopping;
static uint64_t finished; /* bit N: processor N has given up its interface for good */

void cpu_claim(void)
{
    uint64_t affinity = read_register(mpidr_el1) & MPIDR_AFFINITY;
    for (unsigned i = 0; i < cpu_count; i++) {
        if (cpus[i].affinity == affinity) {
            write_register(tpidr_el1, (uint64_t)&cpus[i]);
            return;
        }
    }
    kernel_fail("the device tree has no processor with affinity 0x%lx", affinity);
}

void cpu_run(struct cpu *me)
{
    gic_enable(SGI_LOOK);
    gic_enable(timer_interrupt());
    route->enable(me);
    struct frame frame;
    scheduler_begin(me, &frame);
    enter_frame(&frame);
}

void secondary_main(void)
{
    mmu_enable();
    cpu_claim();
    gic_init();
    cpu_run(cpu_self());
}

static void turn_on(const struct cpu *cpu)
{
    uint64_t stack = (uint64_t)(stacks[cpu->number] + STACK_SIZE);
    uint64_t result = firmware_call(PSCI_CPU_ON, cpu->affinity, (uint64_t)secondary_start, stack, 0, 0).x0;
    if (result != 0) {
        kernel_fail("CPU_ON of processor %lu returned 0x%lx", cpu->number, result);
    }
}

void cpus_turn_on(void)
{
    for (unsigned i = 0; i < cpu_count; i++) {
        if (&cpus[i] != cpu_self()) {
            turn_on(&cpus[i]);
        }
    }
}

void cpu_signal(const struct cpu *other)
{
    gic_send(SGI_LOOK, other->affinity);
}

void cpu_signal_others(void)
{
    for (unsigned i = 0; i < cpu_count; i++) {
        if (&cpus[i] != cpu_self()) {
            cpu_signal(&cpus[i]);
        }
    }
}

void stop_others(void)
{
    stopping = 1;
    barrier();
    cpu_signal_others();
}

void stop_if_told(void)
{
    if (stopping) {
        give_up();
    }
}

static int is_off(const struct cpu *cpu)
{
    return firmware_call(PSCI_AFFINITY_INFO, cpu->affinity, 0, 0, 0, 0).x0 == PSCI_OFF;
}

/* ---- one processor goes away and comes back -------------------------------------------------- */

/* Only the boot processor stays for sure. */
#define LEAVER (&cpus[cpu_count - 1])

static uint64_t progressed;
static enum { ALL_HERE, LEAVING, AWAY, BACK } hotplug;

static void bring_back(void)
{
    hotplug = BACK;
    hotplug_returned++;
    turn_on(LEAVER);
}

/* It goes after a quarter of the work and comes back after half of it, or at the end if it was slow to go. */
void hotplug_progress(void)
{
    uint64_t all = arguments.pages + arguments.tasks * arguments.rounds;
    progressed++;
    if (!arguments.offline || cpu_count == 1) {
        return;
    }
    if (hotplug == ALL_HERE && progressed * 4 >= all) {
        hotplug = LEAVING;
        if (cpu_self() == LEAVER) {
            cpu_self()->look = 1;
        } else {
            cpu_signal(LEAVER);
        }
    } else if (hotplug == AWAY && progressed * 2 >= all && is_off(LEAVER)) {
        bring_back();
    }
}

int hotplug_must_leave(const struct cpu *me)
{
    return hotplug == LEAVING && me == LEAVER;
}

/* The interface ends for this processor: what waits here waits no longer. */
static void give_up_route(struct cpu *me)
{
    route->disable(me);
    lock();
    me->cancelled += wait_end_all(me);
    unlock();
}

__attribute__((noreturn)) static void turn_off(void)
{
    firmware_call(PSCI_CPU_OFF, 0, 0, 0, 0, 0);
    kernel_fail("CPU_OFF came back");
}

void hotplug_leave(struct cpu *me)
{
    unlock();
    give_up_route(me);
    timer_control(0);
    lock();
    hotplug_left++;
    hotplug = AWAY;
    unlock();
    turn_off();
}

/* ---- the end -------------------------------------------------------------------------------- */

static int all_finished(void)
{
    lock();
    if (hotplug == AWAY && is_off(LEAVER)) {
        bring_back();
    }
    int all = hotplug != LEAVING && hotplug != AWAY && finished == (1UL << cpu_count) - 1;
    unlock();
    for (unsigned i = 1; i < cpu_count && all; i++) {
        all = is_off(&cpus[i]);
    }
    return all;
}

void cpu_finish(struct cpu *me)
{
    give_up_route(me);
    timer_control(0);
    lock();
    finished |= 1UL << me->number;
    unlock();
    if (me != &cpus[0]) {
        turn_off();
    }
    while (!all_finished()) {
        stop_if_told();
        __asm__ volatile("yield");
    }
    report();
}
