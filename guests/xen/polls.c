/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * SCHEDOP_poll and SCHEDOP_block on one processor, where nobody else can wake it.
 */
#include "xen.h"

#define NOWHERE (PLAYGROUND + 511 * PAGE)

static void mask(uint32_t port)
{
    if (fifo) {
        events[port] |= EVENT_MASKED;
    } else {
        shared.mask[port / 64] |= 1UL << port % 64;
    }
    barrier();
}

static uint64_t milliseconds_of(uint64_t ticks)
{
    return ticks / millisecond();
}

/* System time is nanoseconds since some moment that a guest is not told. So: timeouts that double, until one is really
   waited for. */
static uint64_t known_time, known_count;

static uint64_t time_at(uint64_t count)
{
    return known_time + (count - known_count) * 1000000 / millisecond();
}

static void learn_time(uint32_t port)
{
    for (uint64_t time = 1000000;; time *= 2) {
        uint64_t before = now();
        poll(&port, 1, time);
        known_count = now();
        if (milliseconds_of(known_count - before) < 5 && time >> 50 == 0) {
            continue;
        }
        /* The processor may as well have been taken away for a while, but hardly again and again. */
        known_time = time;
        unsigned waits = 0;
        for (unsigned i = 0; i < 8; i++) {
            before = now();
            uint64_t timeout = system_time() + 50000000;
            poll(&port, 1, timeout);
            uint64_t after = now();
            waits += milliseconds_of(after - before) >= 40;
            /* It is later than the timeout, and less so than was thought. */
            if (timeout > time_at(after)) {
                known_time = timeout;
                known_count = after;
            }
        }
        if (waits == 8 || time >> 50 != 0) {
            return;
        }
    }
}

uint64_t system_time(void)
{
    return time_at(now());
}

void observe_poll(void)
{
    static uint32_t ports[129];
    area("poll");
    clean();
    uint32_t first = 0;
    uint32_t second = 0;
    bind_ipi(0, &first);
    bind_ipi(0, &second);
    observe((int32_t)hypercall(SCHED_OP, 3, NOWHERE, 0), "from nowhere");
    observe(poll((uint32_t *)NOWHERE, 1, 1), "ports nowhere");
    observe(poll((uint32_t *)NOWHERE, 0, 1), "no ports, nowhere, timeout in the past");
    for (unsigned i = 0; i < 129; i++) {
        ports[i] = first;
    }
    observe(poll(ports, 128, 1), "128 ports, timeout in the past");
    observe(poll(ports, 129, 1), "129 ports");
    observe(poll(ports, 0xFFFFFFFF, 1), "0xffffffff ports");
    ports[1] = second;
    ports[2] = 4000;
    observe(poll(ports, 3, 1), "the third is invalid");
    ports[2] = 0;
    observe(poll(ports, 3, 1), "the third is 0");
    mask(second);
    one_port(SEND, second);
    forget_changes();
    observe(poll(ports, 2, 0), "the second is pending and masked, no timeout");
    observe(poll(&second, 1, 0), "pending and masked, no timeout");
    observe(poll(ports, 3, 0), "pending before an invalid one");
    ports[1] = first;
    ports[0] = 0;
    observe(poll(ports, 2, 0), "an invalid one first");
    settle();
    gic_disable(machine.upcall);
    one_port(SEND, first);
    forget_changes();
    observe(poll(&first, 1, 0), "pending, the PPI disabled, no timeout");
    ports[0] = 0;
    taken[0] = 0;
    unmask_interrupts();
    observe(poll(ports, 1, 0), "invalid, PSTATE.I clear, the PPI disabled");
    mask_interrupts();
    gic_enable(machine.upcall);
    observe((int64_t)taken[0], "interrupts taken");
    observe(poll(&first, 1, 0), "pending, PSTATE.I set, no timeout");
    ports[0] = 0;
    observe(poll(ports, 1, 0), "invalid, an interrupt waits, PSTATE.I set");
    clean();
    bind_ipi(0, &first);
    settle();
    learn_time(first);
    uint64_t before = now();
    uint64_t base = system_time();
    observe(poll(&first, 1, base + 20000000), "nothing pending, a timeout in 20 ms");
    uint64_t waited = milliseconds_of(now() - before);
    observe(waited >= 8, "waited at least 8 ms");
    print("about: waited %lu ms\n", waited);
    base = system_time();
    before = now();
    observe(poll(&first, 0, base + 20000000), "no ports, a timeout in 20 ms");
    waited = milliseconds_of(now() - before);
    observe(waited >= 8, "waited at least 8 ms");
    int64_t result = 0;
    for (unsigned i = 0; i < 20; i++) {
        before = now();
        result = poll(&first, 1, base);
        waited = milliseconds_of(now() - before);
        if (waited < 15) {
            break;
        }
    }
    observe(result, "a timeout in the past");
    observe(waited >= 15, "waited at least 15 ms, many times");
    one_port(SEND, first);
    infos[0].info.pending = 0;
    forget_changes();
    observe(poll(&first, 1, 0), "pending, handled by nobody");
    settle();
    one_port(SEND, first);
    taken[0] = 0;
    forget_changes();
    observe((int32_t)hypercall(SCHED_OP, 1, 0, 0), "block, an interrupt waits");
    mask_interrupts();
    observe((int64_t)taken[0], "interrupts taken");
    clean();
    bind_ipi(0, &first);
    one_port(SEND, first);
    wait_for_interrupt();
    observe(0, "WFI with PSTATE.I set and an event");
    clean();
}
