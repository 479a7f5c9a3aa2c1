/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Events in the FIFO ABI: words, queues, priorities, and what a guest can write into them.
 */
#include "xen.h"

static uint32_t ipi(void)
{
    uint32_t port = 0;
    bind_ipi(0, &port);
    return port;
}

static int64_t call_send(uint32_t port) { return one_port(SEND, port); }
static int64_t call_unmask(uint32_t port) { return one_port(UNMASK, port); }
static int64_t call_close(uint32_t port) { return one_port(CLOSE, port); }
static int64_t call_priority(uint32_t port) { return set_priority(port, 2); }

static const struct {
    const char *name;
    int64_t (*make)(uint32_t port);
} calls[] = {{"send", call_send}, {"unmask", call_unmask}, {"close", call_close}, {"set_priority", call_priority}};

/* Bits of a state: PENDING, MASKED, LINKED, BUSY, the queue's ready bit, and the byte of the upcall. */
static void every_state(void)
{
    area("word");
    for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        for (unsigned state = 0; state < 64; state++) {
            clean();
            uint32_t port = ipi();
            events[port] = (state & 1) << 31 | (state >> 1 & 1) << 30 | (state >> 2 & 1) << 29 | (state >> 3 & 1) << 28
                           | 0x07FE0000;
            unsigned flags = events[port] >> 28;
            controls[0].block.ready = (state >> 4 & 1) << 7;
            infos[0].info.pending = (uint8_t)(state >> 5);
            forget_changes();
            observe(calls[i].make(port), "%s, word 0x%x, ready %u, upcall %u", calls[i].name, flags,
                    state >> 4 & 1, state >> 5);
            events[port] &= ~EVENT_LINKED;
            controls[0].block.ready = 0;
        }
    }
    clean();
}

static void order(void)
{
    area("order");
    clean();
    uint32_t ports[5];
    for (unsigned i = 0; i < 5; i++) {
        ports[i] = ipi();
    }
    observe(one_port(SEND, ports[0]), "send %u", ports[0]);
    observe(one_port(SEND, ports[1]), "send %u", ports[1]);
    observe(one_port(SEND, ports[0]), "send %u again", ports[0]);
    observe(one_port(SEND, ports[2]), "send %u", ports[2]);
    observe(dequeue(0), "dequeued");
    observe(one_port(SEND, ports[0]), "send %u, pending and not linked", ports[0]);
    observe(one_port(SEND, ports[3]), "send %u", ports[3]);
    for (unsigned i = 0; i < 5; i++) {
        observe(dequeue(0), "dequeued");
    }
    observe(one_port(SEND, ports[3]), "send %u, which was the tail", ports[3]);
    observe(dequeue(0), "dequeued");
    events[ports[3]] = 0;
    observe(one_port(SEND, ports[3]), "send %u, which was the tail", ports[3]);
    events[ports[4]] = EVENT_MASKED;
    observe(one_port(SEND, ports[4]), "send %u, masked", ports[4]);
    observe(one_port(UNMASK, ports[4]), "unmask %u", ports[4]);
    observe(one_port(UNMASK, ports[4]), "unmask %u again", ports[4]);
    observe(one_port(CLOSE, ports[4]), "close %u while it is linked", ports[4]);
    uint32_t next = 0;
    bind_ipi(0, &next);
    notice("the next port is %u", next);
    observe(dequeue(0), "dequeued");
    observe(dequeue(0), "dequeued");
    bind_ipi(0, &next);
    notice("the next port is %u", next);
    observe(dequeue(0), "dequeued");
    events[ports[0]] = EVENT_LINKED;
    one_port(CLOSE, ports[0]);
    bind_ipi(0, &next);
    notice("the next port, while the guest says that %u is linked, is %u", ports[0], next);
}

static void priorities(void)
{
    area("priorities");
    clean();
    uint32_t ports[6];
    for (unsigned i = 0; i < 6; i++) {
        ports[i] = ipi();
    }
    observe(set_priority(ports[0], 0), "set_priority %u to 0", ports[0]);
    observe(set_priority(ports[1], 15), "set_priority %u to 15", ports[1]);
    observe(set_priority(ports[2], 3), "set_priority %u to 3", ports[2]);
    observe(one_port(SEND, ports[1]), "send %u", ports[1]);
    observe(one_port(SEND, ports[2]), "send %u", ports[2]);
    observe(one_port(SEND, ports[3]), "send %u", ports[3]);
    observe(one_port(SEND, ports[0]), "send %u", ports[0]);
    observe(one_port(SEND, ports[4]), "send %u", ports[4]);
    observe(set_priority(ports[4], 3), "set_priority %u to 3 while it is linked", ports[4]);
    observe(one_port(SEND, ports[4]), "send %u", ports[4]);
    for (unsigned i = 0; i < 6; i++) {
        observe(dequeue(0), "dequeued");
    }
    observe(one_port(SEND, ports[3]), "send %u", ports[3]);
    observe(one_port(SEND, ports[4]), "send %u", ports[4]);
    observe(one_port(SEND, ports[2]), "send %u", ports[2]);
    for (unsigned i = 0; i < 4; i++) {
        observe(dequeue(0), "dequeued");
    }
    area("old tail");
    clean();
    for (unsigned i = 0; i < 4; i++) {
        ports[i] = ipi();
    }
    observe(one_port(SEND, ports[0]), "send %u", ports[0]);
    observe(one_port(SEND, ports[1]), "send %u, the tail of queue 7", ports[1]);
    dequeue(0);
    dequeue(0);
    events[ports[0]] = 0;
    events[ports[1]] = 0;
    forget_changes();
    observe(set_priority(ports[1], 4), "set_priority %u to 4", ports[1]);
    observe(one_port(SEND, ports[1]), "send %u, on queue 4", ports[1]);
    observe(one_port(SEND, ports[2]), "send %u, on queue 7", ports[2]);
    observe(one_port(SEND, ports[3]), "send %u, on queue 7", ports[3]);
    for (unsigned i = 0; i < 4; i++) {
        observe(dequeue(0), "dequeued");
    }
    observe(one_port(CLOSE, ports[1]), "close %u", ports[1]);
    bind_ipi(0, &ports[1]);
    observe(one_port(SEND, ports[1]), "send %u, after it was bound again", ports[1]);
}

static void hostile(void)
{
    area("hostile");
    clean();
    uint32_t ports[4];
    for (unsigned i = 0; i < 4; i++) {
        ports[i] = ipi();
    }
    observe(one_port(SEND, ports[0]), "send");
    events[ports[0]] |= 0x1FFFF;
    notice("LINK of the tail is 0x1ffff");
    observe(one_port(SEND, ports[1]), "send");
    events[ports[1]] |= ports[1];
    notice("LINK of the tail is the tail");
    observe(one_port(SEND, ports[2]), "send");
    events[ports[2]] = 0;
    notice("the tail's word is 0");
    observe(one_port(SEND, ports[3]), "send");
    controls[0].block.head[7] = 0x12345;
    controls[0].block.ready = ~0u;
    notice("the control block is overwritten");
    events[ports[0]] = 0;
    observe(one_port(SEND, ports[0]), "send");
    events[ports[0]] = 0;
    controls[0].block.ready = 0;
    notice("the tail's word and ready are 0");
    observe(one_port(SEND, ports[1]), "send, still linked");
    events[ports[1]] = 1u << 28;
    notice("BUSY");
    observe(one_port(SEND, ports[1]), "send");
    observe(one_port(SEND, ports[2]), "send");
    events[ports[2]] |= 1u << 28;
    notice("BUSY at the tail");
    observe(one_port(SEND, ports[3]), "send");
    for (unsigned i = 0; i < EVENT_WORDS; i++) {
        events[i] = 0;
    }
    forget_changes();
    observe(one_port(SEND, ports[0]), "send after all words became 0");
    events[0] = 0xFFFFFFFF;
    notice("the word of port 0");
    observe(one_port(UNMASK, 0), "unmask 0");
    events[0] = 0;
    events[900] = EVENT_PENDING | EVENT_MASKED;
    notice("the word of a port that there is not");
    observe(one_port(UNMASK, 900), "unmask 900");
    events[900] = 0;
    events[ports[3]] = 0;
    one_port(CLOSE, ports[3]);
    events[ports[3]] = EVENT_PENDING | EVENT_MASKED;
    notice("the word of a closed port");
    observe(one_port(UNMASK, ports[3]), "unmask of the closed port");
    clean();
    shared.pending[0] = ~0UL;
    shared.mask[0] = ~0UL;
    infos[0].info.selector = ~0UL;
    forget_changes();
    uint32_t port = ipi();
    observe(one_port(SEND, port), "send, all bits of the 2-level ABI are set");
}

static void life(void)
{
    area("life");
    clean();
    uint32_t port = ipi();
    observe(one_port(SEND, port), "send");
    infos[0].info.pending = 0;
    observe(take_interrupt(), "acknowledged");
    uint32_t other = ipi();
    observe(one_port(SEND, other), "send of another one");
    controls[0].block.ready = 0;
    notice("ready cleared");
    uint32_t third = ipi();
    observe(one_port(SEND, third), "send of a third one");
    settle();
    unsigned interrupt = 0;
    forget_changes();
    one_port(SEND, port);
    interrupt = gic_acknowledge();
    infos[0].info.pending = 0;
    dequeue(0);
    notice("acknowledged %u, cleared and dequeued while it is active", interrupt);
    observe(one_port(SEND, other), "send");
    gic_end(interrupt);
    notice("ended");
    observe(take_interrupt(), "acknowledged");
    settle();
    observe(one_port(SEND, port), "send");
    observe(take_interrupt(), "acknowledged, the byte is still set");
    observe(take_interrupt(), "acknowledged again");
    for (uint32_t i = 0; i < 2; i++) {
        infos[0].info.pending = 0;
        controls[0].block.ready = 0;
        notice("byte and ready cleared");
        observe(one_port(SEND, i == 0 ? other : third), "send");
    }
    clean();
}

/* Ports of a second page of words, before the page is there and when it comes. */
static void second_page(void)
{
    static uint32_t ports[1200];
    area("second page");
    clean();
    unsigned count = 0;
    int64_t result = 0;
    while (count < 1100 && (result = bind_ipi(0, &ports[count])) == 0) {
        count++;
    }
    notice("allocated %u, then %ld, last %u", count, result, ports[count - 1]);
    uint32_t last = ports[count - 1];
    observe(one_port(SEND, last), "send to the last");
    if (arrays == 1) {
        observe(one_port(SEND, last), "send to the last again");
        observe(expand_array((uint64_t)(events + EVENT_WORDS) / PAGE), "expand_array");
        arrays = 2;
    }
    observe(one_port(SEND, ports[0]), "send to the first");
    observe(dequeue(0), "dequeued");
    observe(dequeue(0), "dequeued");
    for (unsigned i = 0; i < count; i++) {
        one_port(CLOSE, ports[i]);
    }
}

void observe_queues(void)
{
    every_state();
    order();
    priorities();
    hostile();
    life();
    second_page();
    clean();
}
