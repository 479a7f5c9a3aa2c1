/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two domains that play ping-pong. One offers a port, the other binds to it and serves; each waits for the other's event
 * before it sends its own. Then the one that bound closes its end, of which the other is not told and which it sees.
 *
 * Both close every port that they were given before they begin, so what is offered is port 1. Who the other one is, a boot
 * argument says.
 */
#include "xen.h"

#define OFFERED 1
#define UNBOUND 1
#define INTERDOMAIN 2
/* Milliseconds: where nothing else runs, time is skipped while the other domain has not had its turn. */
#define PATIENCE 100000
#define DEFAULT_EVENTS 1000

static uint64_t upcalls, empty;

static void bring_up(void)
{
    if (add_to_physmap(SELF, 0, 0, (uint64_t)&shared / PAGE) != 0 || register_vcpu_info(0, (uint64_t)&infos[0] / PAGE, 0) != 0) {
        fail("the host does not share its memory");
    }
    gic_init();
    if (wanted_fifo) {
        enter_fifo();
    } else {
        clean();
    }
    gic_enable(machine.upcall);
    gic_enable(timer_interrupt());
}

/* Lets a millisecond pass, or less if an interrupt comes. */
static void rest(void)
{
    timer_compare(now() + millisecond());
    timer_control(1);
    wait_for_interrupt();
    timer_control(0);
    synchronize();
}

static int take_bit(uint32_t port)
{
    uint64_t selected = __atomic_exchange_n(&infos[0].info.selector, 0, __ATOMIC_ACQ_REL);
    uint64_t bit = 1UL << port % 64;
    return (selected >> port / 64 & 1) != 0
           && (__atomic_fetch_and(&shared.pending[port / 64], ~bit, __ATOMIC_ACQ_REL) & bit) != 0;
}

static int take_queues(uint32_t port)
{
    int found = 0;
    for (uint32_t first = dequeue(0); first != 0; first = dequeue(0)) {
        if (first == port) {
            found |= (__atomic_fetch_and(&events[port], ~EVENT_PENDING, __ATOMIC_ACQ_REL) & EVENT_PENDING) != 0;
        }
    }
    return found;
}

/* Takes what is there; whether the port has an event. */
static int take(uint32_t port)
{
    infos[0].info.pending = 0;
    barrier();
    return fifo ? take_queues(port) : take_bit(port);
}

/* Waits for the interrupt and then for nothing else: an event without one is not found. */
static void wait_for_event(uint32_t port, uint64_t number)
{
    uint64_t end = now() + PATIENCE * millisecond();
    while (now() < end) {
        rest();
        unsigned interrupt = gic_acknowledge();
        if (interrupt == INTERRUPT_NONE) {
            continue;
        }
        int found = 0;
        if (interrupt == machine.upcall) {
            found = take(port);
            upcalls++;
            empty += !found;
        }
        gic_end(interrupt);
        if (found) {
            return;
        }
    }
    fail("event %lu has not come", number);
}

static void send(uint32_t port, uint64_t number)
{
    int64_t result = one_port(SEND, port);
    if (result != 0) {
        fail("send %lu returned -%lu", number, (uint64_t)-result);
    }
}

static struct status state_of(uint32_t port)
{
    struct status answer;
    if (status_of(SELF, port, &answer) != 0) {
        fail("port %lu has no status", (uint64_t)port);
    }
    return answer;
}

static void report(uint64_t sent, uint64_t received)
{
    print("pair: %lu events sent, %lu received\n", sent, received);
    print("about: %lu upcalls, %lu of them without an event\n", upcalls, empty);
}

static void offer(uint64_t peer, uint64_t rounds)
{
    uint32_t port = 0;
    int64_t result = alloc_unbound(SELF, peer, &port);
    if (result != 0) {
        fail("a port for domain %lu is refused: -%lu", peer, (uint64_t)-result);
    }
    if (port != OFFERED) {
        fail("port %lu is not the first one", (uint64_t)port);
    }
    print("pair: port %u is offered to domain %lu\n", port, peer);
    for (uint64_t i = 0; i < rounds; i++) {
        wait_for_event(port, i);
        if (i == 0) {
            struct status bound = state_of(port);
            print("pair: status %u, domain %u\n", bound.status, bound.detail[0] & 0xFFFF);
        }
        send(port, i);
    }
    report(rounds, rounds);
    uint64_t end = now() + PATIENCE * millisecond();
    struct status left = state_of(port);
    while (left.status == INTERDOMAIN && now() < end) {
        rest();
        left = state_of(port);
    }
    if (left.status != UNBOUND || (left.detail[0] & 0xFFFF) != peer) {
        fail("the port is not offered again: status %lu", (uint64_t)left.status);
    }
    /* Nobody was told. */
    print("pair: the other end is closed: status %u, domain %u, event %u\n", left.status, left.detail[0] & 0xFFFF,
          (unsigned)take(port));
    print("pair: send = %ld\n", one_port(SEND, port));
    print("pair: close = %ld\n", one_port(CLOSE, port));
}

static void serve(uint64_t peer, uint64_t rounds)
{
    uint32_t port = 0;
    uint64_t refusals = 0;
    int64_t result = bind_interdomain(peer, OFFERED, &port);
    for (uint64_t end = now() + PATIENCE * millisecond(); result != 0 && now() < end; refusals++) {
        rest();
        result = bind_interdomain(peer, OFFERED, &port);
    }
    if (result != 0) {
        fail("port 1 of domain %lu cannot be bound: -%lu", peer, (uint64_t)-result);
    }
    print("about: %lu refusals\n", refusals);
    struct status bound = state_of(port);
    print("pair: port %u is bound: status %u, domain %u, port %u\n", port, bound.status, bound.detail[0] & 0xFFFF,
          bound.detail[1]);
    /* What may have been sent before is made up for. */
    wait_for_event(port, 0);
    print("pair: there was an event at once\n");
    for (uint64_t i = 0; i < rounds; i++) {
        send(port, i);
        wait_for_event(port, i);
    }
    report(rounds, rounds);
    print("pair: event %u, close = %ld\n", (unsigned)take(port), one_port(CLOSE, port));
    print("pair: status %u\n", state_of(port).status);
}

int pair_wanted(void)
{
    return argument("pair=offer") || argument("pair=bind");
}

void pair(void)
{
    uint64_t peer = argument_number("peer=", SELF);
    uint64_t rounds = argument_number("events=", DEFAULT_EVENTS);
    bring_up();
    if (argument("pair=offer")) {
        offer(peer, rounds);
    } else {
        serve(peer, rounds);
    }
}
