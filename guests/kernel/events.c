/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../lib/hypercall.h"
#include "events.h"
#include "text.h"

#define ADD_TO_PHYSMAP 7
#define SPACE_SHARED_INFO 0
#define REGISTER_VCPU_INFO 10

/* The host may write all of this at any time. */
static _Alignas(PAGE_SIZE) struct shared_info shared;
static _Alignas(PAGE_SIZE) volatile uint32_t words[EVENT_WORDS];
static _Alignas(PAGE_SIZE) struct {
    struct vcpu_info info;
    struct control control;
    uint64_t unused;
} blocks[MAX_CPUS];
_Static_assert(sizeof blocks <= PAGE_SIZE && sizeof blocks[0] % 8 == 0, "no block crosses a page");

/* What this side knows of its queues. */
static struct {
    uint32_t filled;   /* bit N: queue N has something in it */
    uint32_t head[16]; /* the next port of a queue, 0: the host's control block says it */
} queues[MAX_CPUS];

static int fifo;
static uint64_t joined; /* bit N: the host knows of processor N */

static uint64_t frame_of(const volatile void *address)
{
    return (uint64_t)address / PAGE_SIZE;
}

static uint32_t offset_of(const volatile void *address)
{
    return (uint32_t)((uint64_t)address % PAGE_SIZE);
}

/* The results of these are in the low half of X0. */
static int32_t event_call(unsigned command, void *structure)
{
    return (int32_t)hypercall(EVENT_CHANNEL_OP, command, (uint64_t)structure, 0);
}

static void demand(const struct cpu *me, const char *what, int64_t result)
{
    if (result != 0) {
        kernel_fail("processor %lu: %s returned -%lu", me->number, what, (uint64_t)-result);
    }
}

/* ---- bringing up ---------------------------------------------------------------------------- */

static int32_t init_control(unsigned cpu)
{
    struct {
        uint64_t frame;
        uint32_t offset, vcpu;
        uint8_t bits, unused[7];
    } s = {frame_of(&blocks[cpu].control), offset_of(&blocks[cpu].control), cpu, 0, {0}};
    return event_call(INIT_CONTROL, &s);
}

/* Every port is masked before the host hears of its word. Returns 0 if the host does not know the ABI. */
static int open_fifo(const struct cpu *me)
{
    int32_t result = init_control(0);
    if (result == NO_SUCH_CALL) {
        return 0;
    }
    demand(me, "init_control", result);
    for (unsigned i = 1; i < cpu_count; i++) {
        demand(me, "init_control", init_control(i));
    }
    for (unsigned port = 0; port < EVENT_WORDS; port++) {
        words[port] = EVENT_MASKED;
    }
    barrier();
    uint64_t frame = frame_of(words);
    demand(me, "expand_array", event_call(EXPAND_ARRAY, &frame));
    return 1;
}

void events_open(void)
{
    const struct cpu *me = cpu_self();
    struct {
        uint16_t domain, size;
        uint32_t space;
        uint64_t index, frame;
    } s = {SELF, 0, SPACE_SHARED_INFO, 0, frame_of(&shared)};
    demand(me, "add_to_physmap", hypercall(MEMORY_OP, ADD_TO_PHYSMAP, (uint64_t)&s, 0));
    fifo = !text_equal(arguments.abi, "2l") && open_fifo(me);
    if (!fifo && text_equal(arguments.abi, "fifo")) {
        fail("boot argument abi=fifo: the host has the 2-level ABI only");
    }
    for (unsigned i = 0; i < sizeof shared.mask / sizeof shared.mask[0] && !fifo; i++) {
        shared.mask[i] = ~0UL;
    }
    barrier();
}

const char *events_abi(void)
{
    return fifo ? "FIFO" : "2-level";
}

void events_join(struct cpu *me)
{
    struct {
        uint64_t frame;
        uint32_t offset, unused;
    } s = {frame_of(&blocks[me->number].info), offset_of(&blocks[me->number].info), 0};
    uint64_t self = 1UL << me->number;
    /* Other processors may do the same now. */
    if ((__atomic_fetch_or(&joined, self, __ATOMIC_ACQ_REL) & self) == 0) {
        demand(me, "register_vcpu_info", (int32_t)hypercall(VCPU_OP, REGISTER_VCPU_INFO, me->number, (uint64_t)&s));
    }
}

/* ---- ports ---------------------------------------------------------------------------------- */

uint32_t events_bind(struct cpu *me)
{
    struct {
        uint32_t vcpu, port;
    } s = {(uint32_t)me->number, 0};
    demand(me, "bind_ipi", event_call(BIND_IPI, &s));
    if (s.port == 0 || s.port >= EVENT_WORDS) {
        kernel_fail("processor %lu: bind_ipi gave port %lu", me->number, (uint64_t)s.port);
    }
    uint32_t port = s.port;
    demand(me, "unmask", event_call(UNMASK, &port));
    return s.port;
}

void events_close(struct cpu *me, uint32_t port)
{
    if (fifo) {
        __atomic_fetch_or(&words[port], EVENT_MASKED, __ATOMIC_ACQ_REL);
    } else {
        __atomic_fetch_or(&shared.mask[port / 64], 1UL << port % 64, __ATOMIC_ACQ_REL);
    }
    /* The number of a port that is in a queue is not free before somebody has taken it out. */
    events_take(me, port);
    demand(me, "close", event_call(CLOSE, &port));
}

/* ---- taking events -------------------------------------------------------------------------- */

/* A word of the selector stands for 64 ports, and those of other processors are left to them. */
static int take_bit(struct cpu *me, uint32_t port)
{
    uint64_t selected = __atomic_exchange_n(&blocks[me->number].info.selector, 0, __ATOMIC_ACQ_REL);
    uint64_t bit = 1UL << port % 64;
    return (selected >> port / 64 & 1) != 0
           && (__atomic_fetch_and(&shared.pending[port / 64], ~bit, __ATOMIC_ACQ_REL) & bit) != 0;
}

/* Takes the first port out of the first queue that has one; 0 if none has. */
static uint32_t take_first(struct cpu *me)
{
    struct control *control = &blocks[me->number].control;
    uint32_t filled = queues[me->number].filled | __atomic_exchange_n(&control->ready, 0, __ATOMIC_ACQ_REL);
    queues[me->number].filled = filled;
    if (filled == 0) {
        return 0;
    }
    unsigned queue = (unsigned)__builtin_ctz(filled);
    uint32_t port = queues[me->number].head[queue];
    if (port == 0) {
        port = control->head[queue];
    }
    if (port == 0 || port >= EVENT_WORDS) {
        kernel_fail("processor %lu: port %lu is in queue %lu", me->number, (uint64_t)port, (uint64_t)queue);
    }
    uint32_t word = __atomic_fetch_and(&words[port], ~(EVENT_LINKED | EVENT_LINK), __ATOMIC_ACQ_REL);
    queues[me->number].head[queue] = word & EVENT_LINK;
    if ((word & EVENT_LINK) == 0) {
        queues[me->number].filled &= ~(1u << queue);
    }
    return port;
}

/* A port is in a queue once, whatever it was sent, so this ends. */
static int take_queues(struct cpu *me, uint32_t wanted)
{
    int found = 0;
    for (uint32_t port = take_first(me); port != 0; port = take_first(me)) {
        if (port == wanted) {
            found |= (__atomic_fetch_and(&words[port], ~EVENT_PENDING, __ATOMIC_ACQ_REL) & EVENT_PENDING) != 0;
        }
    }
    return found;
}

int events_take(struct cpu *me, uint32_t port)
{
    blocks[me->number].info.pending = 0;
    barrier();
    return fifo ? take_queues(me, port) : take_bit(me, port);
}
