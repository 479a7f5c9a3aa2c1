/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Not present by an exception of the host's own, ready by a message or an event flag of the synthetic interrupt controller
 * (docs/abi/hyperv-async-page-fault.md). What is not present stands in the assist page, and so does the answer.
 */
#include "route.h"
#include "text.h"

#define HYPERCALL 0x46000001UL
#define UID 0x8600FF01UL
#define UID_FIRST 0x4d32ba58UL
#define GET 0x0000000100010050UL
#define SET 0x0000000100010051UL

enum register_name {
    FEATURES = 0x200,
    VECTORS = 0x40400,
    OS_ID = 0x90002,
    ASSIST_PAGE = 0x90013,
    SINT0 = 0xA0000,
    SCONTROL = 0xA0010,
    SIEFP = 0xA0012,
    SIMP = 0xA0013,
    EOM = 0xA0014,
    LIMITS = 0xFA000,
    CONTROL = 0xFA001,
};

/* An open-source system that is none of those with a number. */
#define WHO_WE_ARE 0xFF00000000010000UL
#define ON 1UL
#define REFUSED 5
#define ATTEMPTS 1000
#define MASKED (1UL << 16)

#define THE_VERSION 1
#define BY_MESSAGE (1UL << 8)
#define BY_FLAG (1UL << 9)
#define READY_BY_FLAG (1UL << 2)
#define SOURCE 5
#define SOURCE_SHIFT 16
#define SOURCES 16
#define FLAG_WORDS 64
#define MOST_FLAGS 512 /* that the assist page has tokens for */

#define READY 0x80000F00u
#define MOST_TOKENS 58
#define EVERYBODY 0xFFFFFFFFu

#define VALID 1u
#define SYNCHRONOUS 2u

/* Memory of the host, as soon as a register says that it is to be here. */
static _Alignas(PAGE_SIZE) struct {
    struct slot {
        volatile uint32_t type;
        volatile uint8_t size, flags;
        volatile uint16_t unused;
        volatile uint64_t origin;
        volatile uint32_t count, zero;
        volatile uint32_t tokens[MOST_TOKENS];
    } slot[SOURCES];
} messages[MAX_CPUS];
static _Alignas(PAGE_SIZE) struct {
    volatile uint32_t words[SOURCES][FLAG_WORDS];
} flags[MAX_CPUS];
static _Alignas(PAGE_SIZE) struct assist {
    volatile uint32_t unused[16];
    volatile uint32_t state, code;
    volatile uint64_t token, address, physical;
    volatile uint32_t access, zero;
    volatile uint32_t unused_too[486];
    volatile uint32_t tokens[MOST_FLAGS];
} assists[MAX_CPUS];
_Static_assert(sizeof messages[0] == PAGE_SIZE && sizeof flags[0] == PAGE_SIZE && sizeof assists[0] == PAGE_SIZE,
               "the host's pages are pages");
_Static_assert(offsetof(struct assist, state) == 0x40 && offsetof(struct assist, tokens) == 0x800, "they are where they are");

extern char hyperv_vectors[];

static unsigned the_interrupt;
static unsigned flag_count;
static int by_flag;
static unsigned next_flag[MAX_CPUS];

static uint64_t call(uint64_t word, uint32_t name, uint64_t in, uint64_t *low, uint64_t *high)
{
    register uint64_t x0 __asm__("x0") = HYPERCALL;
    register uint64_t x1 __asm__("x1") = word;
    register uint64_t x2 __asm__("x2") = ~0UL;         /* this partition */
    register uint64_t x3 __asm__("x3") = 0xFFFFFFFEUL; /* this processor */
    register uint64_t x4 __asm__("x4") = name;
    register uint64_t x5 __asm__("x5") = 0;
    register uint64_t x6 __asm__("x6") = in;
    register uint64_t x7 __asm__("x7") = 0;
    __asm__ volatile("hvc #0"
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5), "+r"(x6), "+r"(x7)
                     :
                     : "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "memory");
    *low = x6;
    *high = x7;
    return x0 & 0xFFFF;
}

static void set(const struct cpu *me, uint32_t name, uint64_t value)
{
    uint64_t low, high;
    uint64_t status = call(SET, name, value, &low, &high);
    if (status != 0) {
        kernel_fail("processor %lu: writing 0x%lx to register 0x%lx returned 0x%lx", me->number, value, (uint64_t)name, status);
    }
}

static int choose_way(uint64_t limits)
{
    if (text_equal(arguments.way, "auto")) {
        by_flag = (limits & BY_MESSAGE) == 0;
    } else {
        by_flag = text_equal(arguments.way, "flag");
    }
    return (limits & (by_flag ? BY_FLAG : BY_MESSAGE)) != 0;
}

static int probe(void)
{
    uint64_t limits, high;
    /* Calls are made by HVC, so there is no use at EL2. */
    if (current_level() != 1 || firmware_call(UID, 0, 0, 0, 0, 0).x0 != UID_FIRST) {
        return 0;
    }
    set(cpu_self(), OS_ID, WHO_WE_ARE);
    uint64_t low;
    if (call(GET, FEATURES, 0, &low, &high) != 0 || high >> 63 == 0 || call(GET, LIMITS, 0, &limits, &high) != 0) {
        return 0;
    }
    uint64_t version = limits & 0xFF;
    uint64_t slots = limits >> 16 & 0xFFFF;
    if (version != THE_VERSION) {
        print("kernel: no use of version %lu of not-present exceptions\n", version);
        return 0;
    }
    if (!choose_way(limits)) {
        fail("boot argument ready=%s: the host does not offer it", arguments.way);
    }
    the_interrupt = (unsigned)(limits >> 32 & 0xFF);
    flag_count = slots + 1 < MOST_FLAGS ? (unsigned)slots + 1 : MOST_FLAGS;
    print("kernel: route hyperv, version %lu, %lu slots, interrupt %lu, ready by %s\n", version, slots, (uint64_t)the_interrupt,
          by_flag ? "event flag" : "message");
    return 1;
}

/* A page has to be there before the host can take its place, and may go away again before it has. */
static void show(const struct cpu *me, uint32_t name, volatile void *page)
{
    uint64_t low, high;
    uint64_t status = REFUSED;
    for (unsigned i = 0; i < ATTEMPTS && status == REFUSED; i++) {
        *(volatile uint32_t *)page = 0;
        barrier();
        status = call(SET, name, (uint64_t)page | ON, &low, &high);
    }
    if (status != 0) {
        kernel_fail("processor %lu: a page in register 0x%lx: 0x%lx", me->number, (uint64_t)name, status);
    }
}

static void enable(struct cpu *me)
{
    uint64_t number = me->number;
    set(me, VECTORS, (uint64_t)hyperv_vectors);
    show(me, ASSIST_PAGE, &assists[number]);
    show(me, SIMP, &messages[number]);
    show(me, SIEFP, &flags[number]);
    set(me, SINT0 + SOURCE, the_interrupt);
    set(me, SCONTROL, ON);
    gic_enable(the_interrupt);
    next_flag[number] = 0;
    set(me, CONTROL, ON | (by_flag ? READY_BY_FLAG : 0) | (uint64_t)SOURCE << SOURCE_SHIFT);
    /* The host begins with a wake-all. */
    take_interrupts(me, 0);
}

static void take(struct cpu *me, uint32_t token)
{
    if (token == EVERYBODY) {
        wake_all(me);
    } else {
        ready(me, token);
    }
}

/* One message; how many tokens it had. The next one interrupts, too. */
static unsigned take_message(struct cpu *me)
{
    struct slot *slot = &messages[me->number].slot[SOURCE];
    if (slot->type == 0) {
        return 0;
    }
    barrier();
    uint32_t count = slot->count;
    if (slot->type != READY || count == 0 || count > MOST_TOKENS) {
        kernel_fail("processor %lu: a message of type 0x%lx with %lu tokens", me->number, (uint64_t)slot->type, (uint64_t)count);
    }
    for (uint32_t i = 0; i < count; i++) {
        take(me, slot->tokens[i]);
    }
    barrier();
    slot->type = 0;
    barrier();
    if (slot->flags & 1) {
        set(me, EOM, 0);
    }
    return count;
}

/* Every flag that is set, in the turn in which the host sets them; how many there were. */
static unsigned take_flags(struct cpu *me)
{
    unsigned taken = 0;
    for (unsigned clear = 0; clear < flag_count && taken <= MOST_FLAGS;) {
        unsigned flag = next_flag[me->number];
        volatile uint32_t *word = &flags[me->number].words[SOURCE][flag / 32];
        uint32_t bit = 1u << flag % 32;
        next_flag[me->number] = (flag + 1) % flag_count;
        if ((*word & bit) == 0) {
            clear++;
            continue;
        }
        barrier();
        uint32_t token = assists[me->number].tokens[flag];
        barrier();
        /* The host sets flags of this word, too. */
        __atomic_fetch_and(word, ~bit, __ATOMIC_ACQ_REL);
        take(me, token);
        taken++;
        clear = 0;
    }
    return taken;
}

static unsigned drain(struct cpu *me)
{
    return by_flag ? take_flags(me) : take_message(me);
}

static void disable(struct cpu *me)
{
    take_interrupts(me, 0);
    set(me, CONTROL, 0);
    /* The host has forgotten what was outstanding; the caller ends the waits. */
    take_interrupts(me, 0);
    me->left += drain(me);
    gic_disable(the_interrupt);
    set(me, SINT0 + SOURCE, MASKED);
    set(me, SIMP, 0);
    set(me, SIEFP, 0);
    set(me, SCONTROL, 0);
    set(me, ASSIST_PAGE, 0);
}

static enum answer interrupt(struct cpu *me, unsigned number, int from_user)
{
    (void)from_user;
    if (number != the_interrupt) {
        return NOT_MINE;
    }
    if (drain(me) == 0) {
        me->spurious++;
    }
    return GO_ON;
}

static enum answer enter(struct cpu *me)
{
    struct assist *assist = &assists[me->number];
    if ((assist->state & VALID) == 0 || assist->code != 1) {
        kernel_fail("processor %lu: not present with state 0x%lx and code %lu", me->number, (uint64_t)assist->state,
                    (uint64_t)assist->code);
    }
    barrier();
    enum answer answer = not_present(me, assist->token, 1, 1);
    barrier();
    assist->state = answer == WAIT ? 0 : SYNCHRONOUS;
    barrier();
    return answer;
}

const struct route route_hyperv = {
    .name = "hyperv",
    .probe = probe,
    .enable = enable,
    .disable = disable,
    .interrupt = interrupt,
    .enter = enter,
};
