/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Synthetic timers, by message and direct: hyperv_stimer of kvm-unit-tests, and what it leaves out.
 */
#include "hyperv.h"

#define TIMERS 4
#define ENABLE (1UL << 0)
#define PERIODIC (1UL << 1)
#define LAZY (1UL << 2)
#define AUTO_ENABLE (1UL << 3)
#define DIRECT (1UL << 12)
#define VECTOR(interrupt) ((uint64_t)(interrupt) << 4)
#define SOURCE(source) ((uint64_t)(source) << 16)
#define BY_MESSAGE SOURCE(TIMER_SOURCE)
#define BY_INTERRUPT (DIRECT | VECTOR(DIRECT_INTERRUPT))
#define TIMER_EXPIRED 0x80000010u
/* The unit is 100 ns. */
#define MS 10000UL
#define TICKS 100

static struct message *slot(void)
{
    barrier();
    return &message_pages[this_cpu()].slot[TIMER_SOURCE];
}

static uint32_t config_of(unsigned timer) { return TIMER_CONFIG + 2 * timer; }
static uint32_t count_of(unsigned timer) { return TIMER_COUNT + 2 * timer; }

static uint64_t time_now(void)
{
    return value_of(REFERENCE_COUNT);
}

static int is_enabled(unsigned timer)
{
    return (value_of(config_of(timer)) & ENABLE) != 0;
}

static void stop(unsigned timer)
{
    set(config_of(timer), 0);
    set(count_of(timer), 0);
}

/* Whether a timer's message is in the slot, and is as it has to be. */
static int is_message(unsigned timer)
{
    struct message *at = slot();
    return at->type == TIMER_EXPIRED && at->size >= 24 && at->origination == 0 && payload32(at, 0) == timer && payload32(at, 4) == 0
           && payload64(at, 16) >= payload64(at, 8);
}

static uint64_t expiration(void) { return payload64(slot(), 8); }

static void check_shot(unsigned timer, uint64_t more, const char *text)
{
    uint64_t due = time_now() + 2 * MS;
    if (more == AUTO_ENABLE) {
        set(config_of(timer), BY_MESSAGE | AUTO_ENABLE);
        check(!is_enabled(timer), "%s of timer %u: not enabled yet", text, timer);
        set(count_of(timer), due);
        check(is_enabled(timer), "%s of timer %u: a count enables it", text, timer);
    } else {
        set(count_of(timer), due);
        set(config_of(timer), BY_MESSAGE | ENABLE | more);
    }
    check_equal(value_of(count_of(timer)), due, "%s of timer %u: its count", text, timer);
    int came = await_interrupt(10);
    uint64_t after = time_now();
    check(came && take_all(TIMER_INTERRUPT) == 1, "%s of timer %u: one interrupt", text, timer);
    check(is_message(timer) && expiration() == due, "%s of timer %u: its message, with the time it was due", text, timer);
    check(payload64(slot(), 16) >= due && payload64(slot(), 16) <= after, "%s of timer %u: not before its time", text, timer);
    check(!is_enabled(timer), "%s of timer %u: it has disabled itself", text, timer);
    release(slot());
    check(!await_interrupt(3) && slot()->type == 0, "%s of timer %u: once", text, timer);
    stop(timer);
}

/* Two periodic timers; each tick is taken. */
static void check_periodic(uint64_t more)
{
    uint64_t ticks[2] = {0}, wrong = 0, last[2] = {0};
    const char *text = more == 0 ? "periodic timers" : "periodic timers with a count that enables";
    for (unsigned timer = 0; timer < 2; timer++) {
        set(config_of(timer), BY_MESSAGE | PERIODIC | more);
        set(count_of(timer), MS);
        if (more == 0) {
            set(config_of(timer), BY_MESSAGE | PERIODIC | ENABLE);
        }
    }
    while ((ticks[0] < TICKS || ticks[1] < TICKS) && await_interrupt(5)) {
        take_interrupt();
        while (slot()->type != 0) {
            unsigned timer = payload32(slot(), 0);
            if (timer > 1 || !is_message(timer)) {
                wrong++;
            } else {
                wrong += ticks[timer] != 0 && expiration() != last[timer] + MS;
                last[timer] = expiration();
                ticks[timer]++;
            }
            release(slot());
        }
    }
    check(ticks[0] >= TICKS && ticks[1] >= TICKS, "two %s: a hundred ticks each", text);
    check_equal(wrong, 0, "two %s: each a period after the one before", text);
    check(is_enabled(0) && is_enabled(1), "two %s: they go on", text);
    set(count_of(0), 0);
    check(!is_enabled(0), "a count of 0 disables");
    set(config_of(1), BY_MESSAGE | PERIODIC);
    if (slot()->type != 0) {
        release(slot());
    }
    take_all(TIMER_INTERRUPT);
    check(!await_interrupt(5) && slot()->type == 0, "stopped timers are not heard of");
    stop(0);
    stop(1);
}

static void check_busy(void)
{
    /* As kvm-unit-tests does it: the guest's own type is in the slot. */
    slot()->type = 0x4242;
    slot()->flags = 0;
    barrier();
    set(count_of(2), time_now() + MS);
    set(config_of(2), BY_MESSAGE | ENABLE);
    check(!await_interrupt(5), "a timer whose slot is busy does not interrupt");
    check(slot()->type == 0x4242 && (slot()->flags & 1) != 0, "the slot is as it was, and more is pending");
    release(slot());
    check(await_interrupt(5) && take_all(TIMER_INTERRUPT) == 1 && is_message(2), "after EOM it comes");
    release(slot());
    stop(2);
    /* A periodic one that nobody listens to for a while. */
    slot()->type = 0x4242;
    barrier();
    set(count_of(3), MS);
    set(config_of(3), BY_MESSAGE | PERIODIC | ENABLE);
    await_interrupt(10);
    uint64_t messages = 0;
    for (int more = 1; more && messages < 100; messages++) {
        more = release(slot());
    }
    take_all(TIMER_INTERRUPT);
    check_equal(messages, 2, "what a periodic timer missed comes as one message");
    int came = await_interrupt(5);
    check(came && take_all(TIMER_INTERRUPT) == 1 && is_message(3), "then it goes on");
    release(slot());
    set(config_of(3), BY_MESSAGE | PERIODIC);
    take_all(TIMER_INTERRUPT);
    if (slot()->type != 0) {
        release(slot());
    }
    stop(3);
    /* All four at once. */
    uint64_t due = time_now() + 2 * MS;
    for (unsigned timer = 0; timer < TIMERS; timer++) {
        set(count_of(timer), due);
        set(config_of(timer), BY_MESSAGE | ENABLE);
    }
    uint64_t seen = 0;
    while (seen != 0xF && await_interrupt(5)) {
        take_all(TIMER_INTERRUPT);
        for (int more = slot()->type != 0; more;) {
            seen |= is_message(payload32(slot(), 0)) ? 1UL << (payload32(slot(), 0) & 3) : 0x100;
            more = release(slot());
        }
    }
    check_equal(seen, 0xF, "four timers at the same time: a message of each");
    take_all(TIMER_INTERRUPT);
    for (unsigned timer = 0; timer < TIMERS; timer++) {
        stop(timer);
    }
}

static void check_edges(void)
{
    set(count_of(0), time_now() - MS);
    set(config_of(0), BY_MESSAGE | ENABLE);
    check(is_message(0) && take_all(TIMER_INTERRUPT) == 1 && !is_enabled(0), "a time that has passed: at once");
    release(slot());
    stop(0);
    check_equal(set(config_of(0), ENABLE | SOURCE(0)), SUCCESS, "a timer for source 0");
    check(!is_enabled(0), "it is not enabled");
    set(config_of(0), AUTO_ENABLE | SOURCE(0));
    set(count_of(0), time_now() + MS);
    check(!is_enabled(0), "a count does not enable it either");
    stop(0);
    set(config_of(0), BY_MESSAGE | ENABLE);
    set(count_of(0), 0);
    check(!is_enabled(0), "a timer without a count is not enabled");
    set(count_of(0), time_now() + MS);
    set(config_of(0), BY_MESSAGE | ENABLE);
    set(count_of(0), 0);
    check(!await_interrupt(5) && slot()->type == 0, "one that is stopped before its time does not come");
    stop(0);
    for (unsigned bit = 13; bit < 64; bit += bit == 15 ? 5 : 1) {
        if (bit == 16) {
            bit = 20;
        }
        if (set(config_of(0), 1UL << bit) == SUCCESS) {
            check(0, "bit %u of the configuration is refused", bit);
        }
    }
    check_equal(value_of(config_of(0)), 0, "bits that have to be 0 are refused");
    /* Off while it expires. */
    const uint64_t page = (uint64_t)&message_pages[this_cpu()];
    for (unsigned i = 0; i < 2; i++) {
        uint32_t name = i == 0 ? SIMP : SCONTROL;
        const char *text = i == 0 ? "SIMP" : "SCONTROL";
        set(name, i == 0 ? page : 0);
        set(count_of(1), time_now() + MS);
        set(config_of(1), BY_MESSAGE | ENABLE);
        check(!await_interrupt(5), "a timer that expires while %s is off: nothing", text);
        set(name, i == 0 ? page | 1 : 1);
        check(is_message(1) && take_all(TIMER_INTERRUPT) == 1, "it comes when %s is on", text);
        release(slot());
        stop(1);
    }
    set(count_of(0), MS);
    set(config_of(0), BY_MESSAGE | PERIODIC | LAZY | ENABLE);
    check(await_interrupt(20) && is_message(0), "a lazy timer comes, too");
    set(config_of(0), BY_MESSAGE);
    while (slot()->type != 0) {
        release(slot());
    }
    take_all(TIMER_INTERRUPT);
    stop(0);
}

static void check_direct(void)
{
    gic_make_edge(DIRECT_INTERRUPT);
    gic_enable(DIRECT_INTERRUPT);
    for (unsigned timer = 0; timer < TIMERS; timer++) {
        uint64_t due = time_now() + MS;
        set(count_of(timer), due);
        check_equal(set(config_of(timer), BY_INTERRUPT | ENABLE), SUCCESS, "direct timer %u", timer);
        int came = await_interrupt(5);
        check(came && time_now() >= due && take_all(DIRECT_INTERRUPT) == 1, "direct timer %u: its interrupt, in time", timer);
        check(slot()->type == 0 && !is_enabled(timer), "direct timer %u: no message, and it has disabled itself", timer);
        stop(timer);
    }
    uint64_t ticks = 0;
    set(count_of(0), MS);
    set(config_of(0), BY_INTERRUPT | PERIODIC | ENABLE);
    while (ticks < TICKS && await_interrupt(5)) {
        ticks += take_interrupt() == DIRECT_INTERRUPT;
    }
    check_equal(ticks, TICKS, "a periodic direct timer: a hundred ticks");
    stop(0);
    take_all(DIRECT_INTERRUPT);
    slot()->type = 0x4242;
    barrier();
    set(config_of(0), BY_INTERRUPT | AUTO_ENABLE);
    set(count_of(0), time_now() + MS);
    check(await_interrupt(5) && take_all(DIRECT_INTERRUPT) == 1, "a direct timer that its count enables, with a busy slot");
    slot()->type = 0;
    stop(0);
    static const unsigned bad[] = {0, 15, 32, 255};
    for (unsigned i = 0; i < 4; i++) {
        check(set(config_of(0), DIRECT | VECTOR(bad[i]) | ENABLE) != SUCCESS || bad[i] < 16, "interrupt %u of a direct timer is refused", bad[i]);
        set(config_of(0), 0);
    }
    check(!await_interrupt(3), "nothing comes of those");
    gic_disable(DIRECT_INTERRUPT);
}

/* A timer of its own on each processor; how many ticks it took, or more if something was wrong. */
static uint64_t do_tick(uint64_t ticks, uint64_t period)
{
    uint64_t count = 0;
    open_source(TIMER_SOURCE, TIMER_INTERRUPT, 0);
    set(count_of(1), period);
    set(config_of(1), BY_MESSAGE | PERIODIC | ENABLE);
    while (count < ticks && await_interrupt(100)) {
        if (take_interrupt() == TIMER_INTERRUPT && slot()->type != 0) {
            count += is_message(1) ? 1 : 1000;
            release(slot());
        }
    }
    stop(1);
    take_all(TIMER_INTERRUPT);
    if (slot()->type != 0) {
        release(slot());
        take_all(TIMER_INTERRUPT);
    }
    set(SINT0 + TIMER_SOURCE, MASKED);
    return count;
}

static void check_processors(void)
{
    for (unsigned i = 1; i < machine.cpus; i++) {
        begin(i, do_tick, 10 + i, MS / 2 + i * 1000);
    }
    check_equal(do_tick(10, MS), 10, "processor 0: ticks of its own");
    for (unsigned i = 1; i < machine.cpus; i++) {
        check_equal(end(i), 10 + i, "processor %u: ticks of its own", i);
    }
}

void check_timers(void)
{
    area("timers");
    if (!MAY(MAY_USE_TIMERS)) {
        uint64_t status = get(TIMER_CONFIG).status;
        check(status == UNKNOWN_REGISTER || status == ACCESS_DENIED, "there are none");
        skip("the host has none");
        return;
    }
    for (unsigned timer = 0; timer < TIMERS; timer++) {
        check(value_of(config_of(timer)) == 0 && value_of(count_of(timer)) == 0, "timer %u is 0 at first", timer);
    }
    set(config_of(3), BY_MESSAGE | PERIODIC | LAZY);
    check_equal(value_of(config_of(3)), BY_MESSAGE | PERIODIC | LAZY, "a configuration reads as written");
    check_equal(value_of(config_of(2)), 0, "the one before it is as it was");
    stop(3);
    check_equal(open_source(TIMER_SOURCE, TIMER_INTERRUPT, 0), 0, "a source for timers");
    for (unsigned timer = 0; timer < TIMERS; timer++) {
        check_shot(timer, 0, "one shot");
    }
    check_shot(1, AUTO_ENABLE, "one shot with a count that enables");
    check_periodic(0);
    check_periodic(AUTO_ENABLE);
    check_busy();
    check_edges();
    if (HAS_DIRECT_TIMERS) {
        check_direct();
    } else {
        check(set(config_of(0), BY_INTERRUPT) != SUCCESS, "there are no direct ones");
    }
    set(SINT0 + TIMER_SOURCE, MASKED);
    check_processors();
}
