/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What two processors see of each other's events. The second one does what the first one tells it to, inside a handler as
 * well as outside, so that there is one order of things.
 */
#include "sdei.h"

#define PATIENCE 20000000UL
#define AFFINITY_INFO 0xC4000004UL
#define AFFINITY_OFF 1
#define PPI 24

enum { NOTHING, CALL, LEAVE, TURN_OFF };

static volatile struct {
    uint64_t order;
    uint64_t number;
    uint64_t arguments[5];
    uint64_t result;
} mailbox;

/* How many handlers the second processor is in, and how many it has begun. */
static volatile uint64_t depth;
static volatile uint64_t begun;

static _Alignas(16) unsigned char stack[8192];
static uint64_t first;
static uint64_t second;

/* Follows orders until one says that the handler ends. */
static void serve(void)
{
    for (;;) {
        uint64_t order = mailbox.order;
        if (order == CALL) {
            mailbox.result = call((unsigned)mailbox.number, mailbox.arguments[0], mailbox.arguments[1], mailbox.arguments[2],
                                  mailbox.arguments[3], mailbox.arguments[4]);
        } else if (order == TURN_OFF) {
            mailbox.order = NOTHING;
            barrier();
            power(PSCI_CPU_OFF, 0, 0, 0);
        }
        if (order != NOTHING) {
            barrier();
            mailbox.order = NOTHING;
            barrier();
        }
        if (order == LEAVE) {
            return;
        }
    }
}

static void stay(void)
{
    begun++;
    depth++;
    barrier();
    serve();
    depth--;
    barrier();
}

void secondary_main(void)
{
    serve();
}

static void await(volatile uint64_t *what, uint64_t value)
{
    for (uint64_t i = 0; *what != value; i++) {
        if (i == PATIENCE) {
            fail("waited for %lu in vain, it is %lu", value, *what);
        }
    }
}

static void order(uint64_t what)
{
    barrier();
    mailbox.order = what;
    barrier();
    await(&mailbox.order, NOTHING);
}

static uint64_t there(unsigned number, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
    mailbox.number = number;
    mailbox.arguments[0] = a1;
    mailbox.arguments[1] = a2;
    mailbox.arguments[2] = a3;
    mailbox.arguments[3] = a4;
    mailbox.arguments[4] = a5;
    order(CALL);
    return mailbox.result;
}

/* Ends the second processor's handlers. Only what they interrupted answers after that, so that COMPLETE is over, too. */
static void leave_the_last_handler(void)
{
    order(LEAVE);
    await(&depth, 0);
    there(EVENT_STATUS, 0, 0, 0, 0, 0);
}

static void say(const char *what, uint64_t result)
{
    print("processors: %s: 0x%lx\n", what, result);
}

static void turn_on(void)
{
    say("CPU_ON", power(PSCI_CPU_ON, second, (uint64_t)secondary_start, (uint64_t)(stack + sizeof stack)));
    say("masked there when it comes on", there(PE_MASK, 0, 0, 0, 0, 0));
    say("event 0 there when it comes on", there(EVENT_STATUS, 0, 0, 0, 0, 0));
}

static void private_events(void)
{
    say("REGISTER here", call(EVENT_REGISTER, 0, (uint64_t)event_entry, 7, 0, 0));
    say("event 0 there", there(EVENT_STATUS, 0, 0, 0, 0, 0));
    say("REGISTER there", there(EVENT_REGISTER, 0, (uint64_t)event_entry, 9, 0, 0));
    say("ENABLE there", there(EVENT_ENABLE, 0, 0, 0, 0, 0));
    say("UNMASK there", there(PE_UNMASK, 0, 0, 0, 0, 0));
    say("event 0 here", call(EVENT_STATUS, 0, 0, 0, 0, 0));
    say("SIGNAL there", call(EVENT_SIGNAL, 0, second, 0, 0, 0));
    await(&depth, 1);
    say("event 0 there in its handler", there(EVENT_STATUS, 0, 0, 0, 0, 0));
    say("event 0 here meanwhile", call(EVENT_STATUS, 0, 0, 0, 0, 0));
    say("CONTEXT here", call(EVENT_CONTEXT, 0, 0, 0, 0, 0));
    say("COMPLETE here", call(EVENT_COMPLETE, 0, 0, 0, 0, 0));
    say("PRIVATE_RESET here", call(PRIVATE_RESET, 0, 0, 0, 0, 0));
    say("SHARED_RESET here", call(SHARED_RESET, 0, 0, 0, 0, 0));
    say("event 0 here after it", call(EVENT_STATUS, 0, 0, 0, 0, 0));
    say("event 0 there after it", there(EVENT_STATUS, 0, 0, 0, 0, 0));
    say("SIGNAL there in the handler", call(EVENT_SIGNAL, 0, second, 0, 0, 0));
    order(LEAVE);
    await(&begun, 2);
    await(&depth, 1);
    leave_the_last_handler();
    say("handlers begun there", begun);
    say("UNREGISTER there", there(EVENT_UNREGISTER, 0, 0, 0, 0, 0));
}

/* Events of a PPI that is bound once, and what keeps it bound. */
static void bound_private_events(void)
{
    uint64_t event = call(INTERRUPT_BIND, PPI, 0, 0, 0, 0);
    say("BIND here", event);
    say("BIND there", there(INTERRUPT_BIND, PPI, 0, 0, 0, 0));
    say("REGISTER there", there(EVENT_REGISTER, event, (uint64_t)event_entry, 9, 0, 0));
    say("STATUS here", call(EVENT_STATUS, event, 0, 0, 0, 0));
    say("RELEASE here", call(INTERRUPT_RELEASE, event, 0, 0, 0, 0));
    say("SHARED_RESET here", call(SHARED_RESET, 0, 0, 0, 0, 0));
    say("STATUS there", there(EVENT_STATUS, event, 0, 0, 0, 0));
    say("UNREGISTER there", there(EVENT_UNREGISTER, event, 0, 0, 0, 0));
    say("RELEASE here", call(INTERRUPT_RELEASE, event, 0, 0, 0, 0));
}

static void shared_event(int routed_later)
{
    const struct origin *spi = &origins[2];
    begun = 0;
    uint64_t event = event_of(spi);
    say("BIND of the SPI here", event);
    say("BIND of the SPI there", there(INTERRUPT_BIND, spi->interrupt, 0, 0, 0, 0));
    if (routed_later) {
        say("REGISTER", call(EVENT_REGISTER, event, (uint64_t)event_entry, 7, 0, 0));
        say("ROUTING_SET", call(EVENT_ROUTING_SET, event, 1, second, 0, 0));
    } else {
        say("REGISTER", call(EVENT_REGISTER, event, (uint64_t)event_entry, 7, 1, second));
    }
    say("STATUS there", there(EVENT_STATUS, event, 0, 0, 0, 0));
    say("routing there", there(EVENT_GET_INFO, event, 3, 0, 0, 0));
    say("affinity there", there(EVENT_GET_INFO, event, 4, 0, 0, 0));
    say("ENABLE there", there(EVENT_ENABLE, event, 0, 0, 0, 0));
    say("UNMASK here", call(PE_UNMASK, 0, 0, 0, 0, 0));
    say("UNMASK there", there(PE_UNMASK, 0, 0, 0, 0, 0));
    spi->raise();
    await(&depth, 1);
    spi->quiet();
    say("STATUS here in its handler", call(EVENT_STATUS, event, 0, 0, 0, 0));
    say("DISABLE here", call(EVENT_DISABLE, event, 0, 0, 0, 0));
    say("STATUS there", there(EVENT_STATUS, event, 0, 0, 0, 0));
    say("ENABLE here", call(EVENT_ENABLE, event, 0, 0, 0, 0));
    say("REGISTER here", call(EVENT_REGISTER, event, (uint64_t)event_entry, 7, 0, 0));
    say("ROUTING_SET here", call(EVENT_ROUTING_SET, event, 1, first, 0, 0));
    say("RELEASE here", call(INTERRUPT_RELEASE, event, 0, 0, 0, 0));
    say("COMPLETE here", call(EVENT_COMPLETE, 0, 0, 0, 0, 0));
    say("PE_MASK here", call(PE_MASK, 0, 0, 0, 0, 0));
    if (routed_later) {
        say("UNREGISTER here", call(EVENT_UNREGISTER, event, 0, 0, 0, 0));
        say("STATUS there", there(EVENT_STATUS, event, 0, 0, 0, 0));
        say("UNREGISTER there", there(EVENT_UNREGISTER, event, 0, 0, 0, 0));
        say("ENABLE here", call(EVENT_ENABLE, event, 0, 0, 0, 0));
    } else {
        say("SHARED_RESET here", call(SHARED_RESET, 0, 0, 0, 0, 0));
        say("STATUS there", there(EVENT_STATUS, event, 0, 0, 0, 0));
    }
    say("RELEASE there", there(INTERRUPT_RELEASE, event, 0, 0, 0, 0));
    leave_the_last_handler();
    say("STATUS here after it", call(EVENT_STATUS, event, 0, 0, 0, 0));
    say("UNREGISTER here", call(EVENT_UNREGISTER, event, 0, 0, 0, 0));
    say("RELEASE here", call(INTERRUPT_RELEASE, event, 0, 0, 0, 0));
    say("handlers begun there", begun);
    say("PE_MASK there", there(PE_MASK, 0, 0, 0, 0, 0));
}

static void off_and_on(void)
{
    say("REGISTER there", there(EVENT_REGISTER, 0, (uint64_t)event_entry, 9, 0, 0));
    say("ENABLE there", there(EVENT_ENABLE, 0, 0, 0, 0, 0));
    say("UNMASK there", there(PE_UNMASK, 0, 0, 0, 0, 0));
    barrier();
    mailbox.order = TURN_OFF;
    barrier();
    for (uint64_t i = 0; power(AFFINITY_INFO, second, 0, 0) != AFFINITY_OFF; i++) {
        if (i == PATIENCE) {
            fail("the second processor did not turn off");
        }
    }
    turn_on();
}

void processors(void)
{
    clean();
    in_handler = stay;
    first = read_register(mpidr_el1) & MPIDR_AFFINITY;
    second = first + 1;
    turn_on();
    private_events();
    bound_private_events();
    shared_event(0);
    shared_event(1);
    off_and_on();
    clean();
}
