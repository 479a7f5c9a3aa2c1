/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Not present and ready by an event channel (docs/abi/xen-async-page-fault.md): a word says what is not present, and a
 * ring what is ready. The answer is what the kernel leaves in the word.
 */
#include "../lib/hypercall.h"
#include "events.h"
#include "route.h"

enum { QUERY, REGISTER, UNREGISTER };
enum { VERSION, FLAGS, SLOTS, MOST_PLACES };
#define THE_VERSION 1

enum { FREE, NOT_PRESENT, DECLINED };
enum { READY = 1, WAKE_ALL };
#define MOST 256 /* places that there is room for */
#define LEAST 4

/* Shared with the host, which may write it at any time. */
static _Alignas(PAGE_SIZE) struct area {
    volatile uint32_t state;
    volatile uint32_t token;
    volatile uint32_t producer;
    volatile uint32_t consumer;
    uint32_t ours[12];
    volatile struct {
        uint32_t token, kind;
    } ring[MOST];
    uint8_t unused[PAGE_SIZE - 64 - 8 * MOST];
} areas[MAX_CPUS];
_Static_assert(sizeof areas[0] == PAGE_SIZE, "an area has a page of its own");

static uint32_t ports[MAX_CPUS];
static uint32_t places;

static int64_t call(uint64_t command, uint64_t argument)
{
    return hypercall(ASYNC_PAGE_FAULT_OP, command, argument, 0);
}

static uint64_t ask(uint64_t what, const char *name)
{
    int64_t answer = call(QUERY, what);
    if (answer < 0) {
        fail("the host does not tell its %s: -%lu", name, (uint64_t)-answer);
    }
    return (uint64_t)answer;
}

/* There has to be room for the ready of each fault, of one more, and for a wake-all. */
static void choose_places(uint64_t slots)
{
    uint64_t most = ask(MOST_PLACES, "largest ring");
    most = most < MOST ? most : MOST;
    places = LEAST;
    while (places < slots + 2 && places * 2 <= most) {
        places *= 2;
    }
}

static int probe(void)
{
    /* Calls are made by HVC, so there is no use at EL2. */
    if (current_level() != 1 || hypervisor.interrupt == 0 || call(QUERY, VERSION) == NO_SUCH_CALL) {
        return 0;
    }
    uint64_t version = ask(VERSION, "version");
    if (version != THE_VERSION) {
        print("kernel: no use of version %lu of not-present events\n", version);
        return 0;
    }
    uint64_t slots = ask(SLOTS, "number of slots");
    choose_places(slots);
    events_open();
    print("kernel: route xen, version %lu, %lu slots, %lu places, interrupt %lu, %s event channels\n", version, slots,
          (uint64_t)places, (uint64_t)hypervisor.interrupt, events_abi());
    return 1;
}

static void enable(struct cpu *me)
{
    struct area *area = &areas[me->number];
    events_join(me);
    uint32_t port = events_bind(me);
    ports[me->number] = port;
    gic_enable(hypervisor.interrupt);
    struct {
        uint64_t frame;
        uint32_t offset, port, places, flags;
    } s = {(uint64_t)area / PAGE_SIZE, 0, port, places, 0};
    int64_t result = call(REGISTER, (uint64_t)&s);
    if (result != 0) {
        kernel_fail("processor %lu: enabling asynchronous page faults returned -%lu", me->number, (uint64_t)-result);
    }
    /* The host begins with a wake-all. It is taken now, so that there is an event again for the first fault. */
    take_interrupts(me, 0);
}

/* Everything in the ring; returns how much that was. */
static uint32_t drain(struct cpu *me)
{
    struct area *area = &areas[me->number];
    uint32_t taken = 0;
    for (; area->consumer != area->producer; taken++) {
        barrier();
        uint32_t at = area->consumer % places;
        uint32_t token = area->ring[at].token;
        uint32_t kind = area->ring[at].kind;
        barrier();
        area->consumer++;
        if (taken == places || (kind != READY && kind != WAKE_ALL)) {
            kernel_fail("processor %lu: place %lu of the ring has kind %lu, after %lu others", me->number, (uint64_t)at,
                        (uint64_t)kind, (uint64_t)taken);
        }
        if (kind == WAKE_ALL) {
            wake_all(me);
        } else {
            ready(me, token);
        }
    }
    return taken;
}

static void disable(struct cpu *me)
{
    take_interrupts(me, 0);
    int64_t result = call(UNREGISTER, 0);
    if (result != 0) {
        kernel_fail("processor %lu: disabling asynchronous page faults returned -%lu", me->number, (uint64_t)-result);
    }
    /* The host has ended what was outstanding; if it had no room to say so, the caller ends the waits. */
    take_interrupts(me, 0);
    me->left += drain(me);
    gic_disable(hypervisor.interrupt);
    events_close(me, ports[me->number]);
}

/* The word is read before the ring: a wake-all that is in it counts for the fault that the word tells of, too. */
static enum answer interrupt(struct cpu *me, unsigned number, int from_user)
{
    if (number != hypervisor.interrupt) {
        return NOT_MINE;
    }
    struct area *area = &areas[me->number];
    if (!events_take(me, ports[me->number])) {
        me->spurious++;
        return GO_ON;
    }
    enum answer answer = GO_ON;
    int told = area->state == NOT_PRESENT;
    if (told) {
        barrier();
        answer = not_present(me, area->token, from_user, 1);
        barrier();
        area->state = answer == WAIT ? FREE : DECLINED;
        barrier();
    }
    if (drain(me) == 0 && !told) {
        me->spurious++;
    }
    return answer;
}

const struct route route_xen = {
    .name = "xen",
    .probe = probe,
    .enable = enable,
    .disable = disable,
    .interrupt = interrupt,
};
