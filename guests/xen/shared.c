/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is shared with the hypervisor, and what of it changed since it was last looked at.
 */
#include <stdarg.h>

#include "xen.h"

void print_list(const char *format, va_list values);

_Alignas(4096) struct shared_info shared;
_Alignas(4096) struct info_page infos[MAX_CPUS];
_Alignas(4096) volatile uint32_t events[EVENT_PAGES * EVENT_WORDS];
_Alignas(4096) struct control_page controls[MAX_CPUS];
int fifo, wanted_fifo;
unsigned arrays;

/* What was seen last. */
static struct {
    uint64_t pending[64], mask[64];
    uint64_t first[3];
    uint64_t info[MAX_CPUS][3];
    uint32_t events[EVENT_PAGES * EVENT_WORDS];
    uint32_t ready[MAX_CPUS], head[MAX_CPUS][16];
    int waits;
} seen;
static const char *subject = "";

static void changed(uint64_t *last, uint64_t value, const char *name, uint64_t index)
{
    if (*last != value) {
        *last = value;
        print(" %s[%lu]=0x%lx", name, index, value);
    }
}

static void changed_word(uint32_t *last, uint32_t value, const char *name, uint64_t index)
{
    if (*last != value) {
        *last = value;
        print(" %s[%lu]=0x%lx", name, index, (uint64_t)value);
    }
}

static void changed_info(uint64_t last[3], const struct vcpu_info *info, const char *name, uint64_t index)
{
    uint64_t flags = *(const volatile uint64_t *)info;
    uint64_t rest = info->rest[0] | info->rest[1] | info->rest[2] | info->rest[3];
    if (last[0] != flags) {
        last[0] = flags;
        print(" %s[%lu].flags=0x%lx", name, index, flags);
    }
    if (last[1] != info->selector) {
        last[1] = info->selector;
        print(" %s[%lu].selector=0x%lx", name, index, info->selector);
    }
    if (last[2] != rest) {
        last[2] = rest;
        print(" %s[%lu].rest=0x%lx", name, index, rest);
    }
}

static void print_changes(void)
{
    barrier();
    changed_info(seen.first, &shared.first, "legacy", 0);
    for (unsigned i = 0; i < 64; i++) {
        changed(&seen.pending[i], shared.pending[i], "pending", i);
        changed(&seen.mask[i], shared.mask[i], "mask", i);
    }
    for (unsigned i = 0; i < machine.cpus; i++) {
        changed_info(seen.info[i], &infos[i].info, "vcpu", i);
        changed_word(&seen.ready[i], controls[i].block.ready, "ready", i);
        for (unsigned q = 0; q < 16; q++) {
            if (seen.head[i][q] != controls[i].block.head[q]) {
                seen.head[i][q] = controls[i].block.head[q];
                print(" head[%lu.%lu]=%lu", (uint64_t)i, (uint64_t)q, (uint64_t)seen.head[i][q]);
            }
        }
    }
    for (unsigned i = 0; i < EVENT_PAGES * EVENT_WORDS; i++) {
        changed_word(&seen.events[i], events[i], "event", i);
    }
    int waits = interrupt_waits();
    if (seen.waits != waits) {
        seen.waits = waits;
        print(" irq=%u", (unsigned)waits);
    }
}

void forget_changes(void)
{
    barrier();
    for (unsigned i = 0; i < 64; i++) {
        seen.pending[i] = shared.pending[i];
        seen.mask[i] = shared.mask[i];
    }
    for (unsigned i = 0; i <= machine.cpus; i++) {
        const struct vcpu_info *info = i == machine.cpus ? &shared.first : &infos[i].info;
        uint64_t *last = i == machine.cpus ? seen.first : seen.info[i];
        last[0] = *(const volatile uint64_t *)info;
        last[1] = info->selector;
        last[2] = info->rest[0] | info->rest[1] | info->rest[2] | info->rest[3];
    }
    for (unsigned i = 0; i < machine.cpus; i++) {
        seen.ready[i] = controls[i].block.ready;
        for (unsigned q = 0; q < 16; q++) {
            seen.head[i][q] = controls[i].block.head[q];
        }
    }
    for (unsigned i = 0; i < EVENT_PAGES * EVENT_WORDS; i++) {
        seen.events[i] = events[i];
    }
    seen.waits = interrupt_waits();
}

void area(const char *name)
{
    subject = name;
}

void observe(int64_t result, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    print("%s: ", subject);
    print_list(format, values);
    va_end(values);
    print(" = %ld", result);
    print_changes();
    print("\n");
}

void notice(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    print("%s: ", subject);
    print_list(format, values);
    va_end(values);
    print_changes();
    print("\n");
}

int interrupt_waits(void)
{
    synchronize();
    return (int)(read_register(isr_el1) >> 7 & 1);
}

unsigned take_interrupt(void)
{
    unsigned interrupt = gic_acknowledge();
    if (interrupt < 1020) {
        gic_end(interrupt);
    }
    return interrupt;
}

uint32_t dequeue(unsigned vcpu)
{
    struct control *control = &controls[vcpu].block;
    static uint32_t heads[MAX_CPUS][16];
    static uint32_t todo[MAX_CPUS];
    todo[vcpu] |= __atomic_exchange_n(&control->ready, 0, __ATOMIC_ACQ_REL);
    for (unsigned q = 0; q < 16; q++) {
        if ((todo[vcpu] >> q & 1) == 0) {
            continue;
        }
        uint32_t port = heads[vcpu][q] != 0 ? heads[vcpu][q] : control->head[q];
        uint32_t word = __atomic_fetch_and(&events[port % (EVENT_PAGES * EVENT_WORDS)], ~(EVENT_LINKED | EVENT_LINK),
                                           __ATOMIC_ACQ_REL);
        heads[vcpu][q] = word & EVENT_LINK;
        if (heads[vcpu][q] == 0) {
            todo[vcpu] &= ~(1u << q);
        }
        return port;
    }
    return 0;
}

void take_upcall(void)
{
    while (interrupt_waits()) {
        infos[0].info.pending = 0;
        shared.first.pending = 0;
        barrier();
        take_interrupt();
    }
    infos[0].info.pending = 0;
    shared.first.pending = 0;
    infos[0].info.selector = 0;
    shared.first.selector = 0;
    barrier();
}

void enter_fifo(void)
{
    uint8_t bits = 0;
    memset(controls, 0, sizeof controls);
    memset((void *)(uint64_t)events, 0, sizeof events);
    barrier();
    for (unsigned cpu = 0; cpu < machine.cpus; cpu++) {
        if (init_control((uint64_t)&controls[cpu] / PAGE, 0, cpu, &bits) != 0) {
            fail("vCPU %lu does not get a control block", (uint64_t)cpu);
        }
    }
    if (expand_array((uint64_t)events / PAGE) != 0) {
        fail("there is no page of words");
    }
    fifo = 1;
    arrays = 1;
    clean();
}

#define HIGHEST_TOUCHED 64

void clean(void)
{
    for (uint32_t port = 1; port < HIGHEST_TOUCHED; port++) {
        one_port(CLOSE, port);
    }
    for (unsigned i = 0; i < machine.cpus; i++) {
        infos[i].info.pending = 0;
        infos[i].info.selector = 0;
        if (fifo) {
            for (unsigned j = 0; j < 2 * HIGHEST_TOUCHED && dequeue(i) != 0; j++) {
            }
        }
    }
    for (unsigned i = 0; i < 64; i++) {
        shared.pending[i] = 0;
        shared.mask[i] = 0;
    }
    if (fifo) {
        for (unsigned i = 0; i < EVENT_PAGES * EVENT_WORDS; i++) {
            events[i] = 0;
        }
    }
    take_upcall();
    forget_changes();
}

void settle(void)
{
    for (unsigned i = 0; i < machine.cpus; i++) {
        if (i != 0) {
            infos[i].info.pending = 0;
            infos[i].info.selector = 0;
        }
        for (unsigned j = 0; fifo && j < 2 * HIGHEST_TOUCHED && dequeue(i) != 0; j++) {
        }
    }
    for (unsigned i = 0; i < 64; i++) {
        shared.pending[i] = 0;
    }
    for (unsigned i = 0; fifo && i < EVENT_PAGES * EVENT_WORDS; i++) {
        events[i] &= EVENT_MASKED;
    }
    take_upcall();
    forget_changes();
}

uint64_t now(void)
{
    synchronize();
    return read_register(cntvct_el0);
}

uint64_t millisecond(void)
{
    return read_register(cntfrq_el0) / 1000;
}
