/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two partitions that play ping-pong by messages and by events. Their VMM has connected them: what is sent on connection 0x40
 * is a message to the other one's source 8, what is signalled on connection 0x41 is a flag of the other one's source 9. One of
 * them begins; each waits for the interrupt and what is behind it before it sends its own. Then the one that began sends as
 * many messages as there are buffers, and an event; the other one takes them in order.
 */
#include "hyperv.h"

#define MESSAGE_CONNECTION 0x40
#define EVENT_CONNECTION 0x41
#define TYPE 0x50494E47
/* Milliseconds: where nothing else runs, time is skipped while the other machine has not had its turn. */
#define PATIENCE 100000
#define DEFAULT_ROUNDS 1000
#define EVENTS 64
#define LAST_EVENT 63
#define BUFFERS 16

static uint64_t interrupts, empty;

static uint64_t send_message(uint64_t number)
{
    return post(MESSAGE_CONNECTION, TYPE, &number, sizeof number);
}

static struct message *slot(void)
{
    barrier();
    return &message_pages[0].slot[MESSAGE_SOURCE];
}

static int has_message(unsigned number)
{
    (void)number;
    return slot()->type != 0;
}

static int has_event(unsigned flag)
{
    return clear_flag(0, EVENT_SOURCE, flag);
}

/* Waits for an interrupt and then for what it is to stand for: what comes without one is not found. */
static void wait_for(unsigned interrupt, int (*is_there)(unsigned), unsigned number)
{
    uint64_t limit = now() + PATIENCE * millisecond();
    while (now() < limit) {
        await_interrupt(1);
        if (take_interrupt() == interrupt) {
            interrupts++;
            if (is_there(number)) {
                return;
            }
            empty++;
        }
    }
    fail("interrupt %lu has not come", (uint64_t)interrupt);
}

static uint64_t wait_for_message(void)
{
    wait_for(MESSAGE_INTERRUPT, has_message, 0);
    if (slot()->type != TYPE || slot()->size != 8) {
        fail("a message of type 0x%lx with %lu bytes", (uint64_t)slot()->type, (uint64_t)slot()->size);
    }
    uint64_t number = payload64(slot(), 0);
    release(slot());
    return number;
}

static void expect_message(uint64_t expected)
{
    uint64_t number = wait_for_message();
    if (number != expected) {
        fail("message %lu came, not %lu", number, expected);
    }
}

static void must(uint64_t status, const char *what, uint64_t number)
{
    if (status != SUCCESS) {
        fail("%s %lu: status 0x%lx", what, number, status);
    }
}

/* The other one may not be there yet. */
static void send_first(void)
{
    uint64_t refusals = 0, limit = now() + PATIENCE * millisecond();
    uint64_t status = send_message(0);
    for (; status == INVALID_SYNIC && now() < limit; refusals++) {
        await_interrupt(1);
        status = send_message(0);
    }
    must(status, "message", 0);
    print("about: %lu refusals\n", refusals);
}

static void begin_game(uint64_t rounds)
{
    for (uint64_t i = 0; i < rounds; i++) {
        if (i == 0) {
            send_first();
        } else {
            must(send_message(i), "message", i);
        }
        expect_message(~i);
    }
    print("pair: %lu messages sent, %lu received\n", rounds, rounds);
    for (uint64_t i = 0; i < rounds; i++) {
        must(signal_event(EVENT_CONNECTION, (uint16_t)(i % (EVENTS - 1))), "event", i);
        wait_for(EVENT_INTERRUPT, has_event, (unsigned)(i % (EVENTS - 1)));
    }
    print("pair: %lu events sent, %lu received\n", rounds, rounds);
    uint64_t sent = 0;
    uint64_t status = send_message(sent);
    for (; status == SUCCESS && sent < 1000; status = send_message(sent)) {
        sent++;
    }
    print("pair: %lu messages at once, then status 0x%lx\n", sent, status);
    print("pair: an event that there is not: status 0x%lx\n", signal_event(EVENT_CONNECTION, EVENTS));
    must(signal_event(EVENT_CONNECTION, LAST_EVENT), "event", LAST_EVENT);
    expect_message(sent);
    print("pair: the other one has them\n");
}

static void serve(uint64_t rounds)
{
    for (uint64_t i = 0; i < rounds; i++) {
        expect_message(i);
        must(send_message(~i), "message", i);
    }
    print("pair: %lu messages received, %lu sent\n", rounds, rounds);
    for (uint64_t i = 0; i < rounds; i++) {
        wait_for(EVENT_INTERRUPT, has_event, (unsigned)(i % (EVENTS - 1)));
        must(signal_event(EVENT_CONNECTION, (uint16_t)(i % (EVENTS - 1))), "event", i);
    }
    print("pair: %lu events received, %lu sent\n", rounds, rounds);
    gic_disable(MESSAGE_INTERRUPT);
    wait_for(EVENT_INTERRUPT, has_event, LAST_EVENT);
    gic_enable(MESSAGE_INTERRUPT);
    uint64_t received = 0;
    for (int more = 1; more; received++) {
        if (!has_message(0) || payload64(slot(), 0) != received || slot()->origination != 0x340) {
            fail("message %lu of those at once is not there", received);
        }
        more = release(slot());
    }
    take_interrupt();
    print("pair: %lu messages at once, in order\n", received);
    must(send_message(received), "message", received);
}

int pair_wanted(void)
{
    return argument("pair=begin") || argument("pair=serve");
}

void pair(void)
{
    uint64_t rounds = argument_number("rounds=", DEFAULT_ROUNDS);
    if (set(GUEST_OS_ID, OS_ID) != SUCCESS) {
        fail("the guest OS id cannot be set");
    }
    gic_init();
    gic_enable(timer_interrupt());
    uint64_t failed = open_source(MESSAGE_SOURCE, MESSAGE_INTERRUPT, 0) + open_source(EVENT_SOURCE, EVENT_INTERRUPT, 0);
    if (failed + synic_enable() != 0) {
        fail("the controller cannot be set up");
    }
    if (argument("pair=begin")) {
        begin_game(rounds);
    } else {
        serve(rounds);
    }
    print("about: %lu interrupts, %lu of them without anything\n", interrupts, empty);
    print("pair: powering off\n");
    power_off();
}
