/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "route.h"
#include "user.h"

#define SYNDROME_CLASS(esr) ((esr) >> 26 & 0x3F)
#define CLASS_SVC64 0x15
#define INTERRUPTS 1020 /* from here on they are no interrupts */
#define STORM 10000

static uint64_t pages_given;

void take_interrupts(struct cpu *me, int from_user)
{
    /* All of them before anybody else runs: what is announced now is about the task that was interrupted. */
    for (unsigned taken = 0; taken < STORM; taken++) {
        unsigned interrupt = gic_acknowledge();
        if (interrupt >= INTERRUPTS) {
            return;
        }
        if (interrupt == SGI_LOOK) {
            me->look = 1;
        } else if (interrupt == timer_interrupt()) {
            scheduler_tick(me);
        } else if (route->interrupt(me, interrupt, from_user) == NOT_MINE) {
            kernel_fail("processor %lu: interrupt %lu was never asked for", me->number, (uint64_t)interrupt);
        }
        gic_end(interrupt);
    }
    kernel_fail("processor %lu: an interrupt does not end", me->number);
}

static uint64_t give_page(void)
{
    uint64_t page = NO_PAGE;
    lock();
    if (pages_given < arguments.pages) {
        page = pages_given++;
        hotplug_progress();
    }
    unlock();
    return page;
}

static void yield(struct cpu *me)
{
    lock();
    hotplug_progress();
    unlock();
    me->look = 1;
}

static void system_call(struct cpu *me, struct frame *frame)
{
    switch (frame->x[8]) {
    case CALL_YIELD:
        yield(me);
        break;
    case CALL_DONE:
        scheduler_done(me);
        break;
    case CALL_PAGE:
        frame->x[0] = give_page();
        break;
    default:
        kernel_fail("system call %lu at 0x%lx does not exist", frame->x[8], frame->elr);
    }
}

__attribute__((noreturn)) static void unexpected(const struct cpu *me, const struct frame *frame, uint64_t source)
{
    kernel_fail("processor %lu: unexpected exception %lu at 0x%lx, ESR_EL1 0x%lx, FAR_EL1 0x%lx", me->number, source,
                frame->elr, read_register(esr_el1), read_register(far_el1));
}

static void synchronous(struct cpu *me, struct frame *frame, uint64_t source)
{
    uint64_t syndrome = read_register(esr_el1);
    if (SYNDROME_CLASS(syndrome) == CLASS_SVC64) {
        system_call(me, frame);
    } else if (route->event == 0 || route->event(me, syndrome, 1) == NOT_MINE) {
        unexpected(me, frame, source);
    }
}

/* FROM_RESUME is the route's: an exception of the host's own, or what an event left behind, and then only the scheduler is
 * asked. */
void exception(struct frame *frame, uint64_t source)
{
    struct cpu *me = cpu_self();
    if (source == FROM_EL0_IRQ) {
        take_interrupts(me, 1);
    } else if (source == FROM_EL0_SYNC) {
        synchronous(me, frame, source);
    } else if (source != FROM_RESUME) {
        unexpected(me, frame, source);
    } else if (route->enter != 0) {
        route->enter(me);
    }
    scheduler_return(me, frame);
}
