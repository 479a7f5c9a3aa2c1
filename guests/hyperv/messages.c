/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Messages from each processor to each, through ports and connections of the guest's own, where it may have them.
 */
#include "hyperv.h"

#define TYPE 0x12345678
#define PORT 0x100       /* of processor 0 */
#define CONNECTION 0x10  /* to it */
#define BUFFERS 16
#define OTHER_SOURCE 6
#define OTHER_PORT 0x300
#define OTHER_CONNECTION 0x30
#define ANY_PORT 0x301
#define ANY_CONNECTION 0x31
#define EVENT_PORT 0x302
#define EVENT_CONNECTION 0x32
#define STORM_PORT 0x400
#define STORM_CONNECTION 0x400

static struct message *slot(unsigned cpu, unsigned source)
{
    barrier();
    return &message_pages[cpu].slot[source];
}

/* ---- tasks ------------------------------------------------------------------------------------ */

static uint64_t do_post(uint64_t connection, uint64_t number)
{
    return post((uint32_t)connection, TYPE, &number, sizeof number);
}

static uint64_t do_take(uint64_t interrupt, uint64_t b)
{
    return b + take_all((unsigned)interrupt);
}

static uint64_t do_release(uint64_t source, uint64_t b)
{
    return b + (uint64_t)release(slot(this_cpu(), (unsigned)source));
}

static uint64_t do_set(uint64_t name, uint64_t value)
{
    return set((uint32_t)name, value);
}

static uint64_t do_open(uint64_t source, uint64_t interrupt)
{
    return open_source((unsigned)source, (unsigned)interrupt & 0xFF, interrupt & ~0xFFUL);
}

/* Interrupts of the message source that a processor has, all taken. */
static uint64_t taken(unsigned cpu)
{
    return there(cpu, do_take, MESSAGE_INTERRUPT, 0);
}

static int holds(unsigned cpu, unsigned source, uint64_t number, int pending)
{
    struct message *at = slot(cpu, source);
    return at->type == TYPE && at->size == 8 && (at->flags & 1) == pending && payload64(at, 0) == number;
}

/* ---- one to another --------------------------------------------------------------------------- */

/* hyperv_connections of kvm-unit-tests, its six steps that are about messages. */
static void check_pair(unsigned from, unsigned to)
{
    uint64_t first = 0x1111000000000000UL | from << 8 | to;
    uint32_t connection = CONNECTION + to;
    struct message *at = slot(to, MESSAGE_SOURCE);
    check_equal(there(from, do_post, connection, first), SUCCESS, "processor %u to %u: a message", from, to);
    check(holds(to, MESSAGE_SOURCE, first, 0), "processor %u to %u: type, size, payload, nothing pending", from, to);
    check_equal(at->origination, PORT + to, "processor %u to %u: it comes from the port", from, to);
    check_equal(taken(to), 1, "processor %u to %u: one interrupt", from, to);
    check_equal(there(from, do_post, connection, ~first), SUCCESS, "processor %u to %u: a message while the slot is busy", from, to);
    check(holds(to, MESSAGE_SOURCE, first, 1), "processor %u to %u: the first is there, and more is pending", from, to);
    check_equal(taken(to), 0, "processor %u to %u: no interrupt", from, to);
    check_equal(there(to, do_release, MESSAGE_SOURCE, 0), 1, "processor %u to %u: EOM is wanted", from, to);
    check(holds(to, MESSAGE_SOURCE, ~first, 0), "processor %u to %u: the second is there, nothing pending", from, to);
    check_equal(taken(to), 1, "processor %u to %u: one interrupt for it", from, to);
    check_equal(there(to, do_release, MESSAGE_SOURCE, 0), 0, "processor %u to %u: EOM is not wanted", from, to);
    check(at->type == 0 && taken(to) == 0, "processor %u to %u: nothing else comes", from, to);
}

static void check_values(unsigned to)
{
    static uint8_t bytes[PAGE];
    uint32_t connection = CONNECTION + to;
    struct message *at = slot(to, MESSAGE_SOURCE);
    for (unsigned i = 0; i < 256; i++) {
        bytes[i] = (uint8_t)(i * 7 + 1);
    }
    check_equal(post(connection, 1, bytes, 240), SUCCESS, "240 bytes");
    barrier();
    int right = at->type == 1 && at->size == 240;
    for (unsigned i = 0; i < 240; i++) {
        right &= at->payload[i] == bytes[i];
    }
    check(right, "240 bytes arrive");
    check_equal(at->flags | at->reserved, 0, "flags and reserved bytes are 0");
    taken(to);
    there(to, do_release, MESSAGE_SOURCE, 0);
    check_equal(post(connection, 0x7FFFFFFF, bytes, 0), SUCCESS, "no bytes, and the last type");
    check(at->type == 0x7FFFFFFF && at->size == 0, "no bytes arrive");
    taken(to);
    there(to, do_release, MESSAGE_SOURCE, 0);
    check_equal(post(connection, 1, bytes, 241), INVALID_PARAMETER, "241 bytes");
    check_equal(post(connection, 1, bytes, 0xFFFFFFFF), INVALID_PARAMETER, "0xffffffff bytes");
    check_equal(post(connection, 0, bytes, 8), INVALID_PARAMETER, "type 0");
    check_equal(post(connection, 0x80000000, bytes, 8), INVALID_PARAMETER, "type 0x80000000");
    check_equal(post(connection, 0x80000010, bytes, 8), INVALID_PARAMETER, "the type of timers");
    check_equal(post(connection, 0xFFFFFFFF, bytes, 8), INVALID_PARAMETER, "type 0xffffffff");
    check_equal(post(0x1234, 1, bytes, 8), INVALID_CONNECTION, "a connection that is not there");
    check_equal(post(connection | 1u << 24, 1, bytes, 8), INVALID_CONNECTION, "a connection with bit 24");
    check_equal(post(connection | 1u << 31, 1, bytes, 8), INVALID_CONNECTION, "a connection with bit 31");
    check_equal(post(EVENT_CONNECTION, 1, bytes, 8), INVALID_PORT, "a message to a port for events");
    check_equal(signal_event(connection, 0), INVALID_PORT, "an event to a port for messages");
    check(at->type == 0 && taken(to) == 0, "nothing comes of those");
}

/* ---- queues ------------------------------------------------------------------------------------ */

static void check_queue(unsigned to)
{
    uint32_t connection = CONNECTION + to;
    uint64_t accepted = 0;
    while (do_post(connection, 100 + accepted) == SUCCESS) {
        accepted++;
    }
    check_equal(accepted, 1 + BUFFERS, "one in the slot, 16 in buffers");
    check_equal(do_post(connection, 999), NO_BUFFERS, "one too many");
    check_equal(do_post(OTHER_CONNECTION, 555), SUCCESS, "a message to another source");
    check(holds(to, OTHER_SOURCE, 555, 0), "it arrives while the first source waits");
    there(to, do_release, OTHER_SOURCE, 0);
    int ordered = 1;
    uint64_t interrupts = 0;
    for (uint64_t i = 0; i < accepted; i++) {
        ordered &= holds(to, MESSAGE_SOURCE, 100 + i, i + 1 < accepted);
        interrupts += taken(to);
        there(to, do_release, MESSAGE_SOURCE, 0);
    }
    check(ordered, "they come in order, pending as long as more wait");
    check_equal(interrupts, accepted, "an interrupt for each");
    check(slot(to, MESSAGE_SOURCE)->type == 0, "none is left");
}

/* EOM in every state that it can be written in. */
static void check_end_of_message(unsigned to)
{
    uint32_t connection = CONNECTION + to;
    struct message *at = slot(to, MESSAGE_SOURCE);
    check_equal(there(to, do_set, EOM, 0), SUCCESS, "EOM while nothing waits");
    check_equal(taken(to), 0, "nothing comes of it");
    do_post(connection, 1);
    do_post(connection, 2);
    taken(to);
    there(to, do_set, EOM, 0);
    check(holds(to, MESSAGE_SOURCE, 1, 1) && taken(to) == 0, "EOM while the slot is busy delivers nothing");
    at->type = 0;
    barrier();
    check(at->type == 0 && taken(to) == 0, "without EOM nothing comes");
    check_equal(do_post(connection, 3), SUCCESS, "another message while the slot is free");
    check(holds(to, MESSAGE_SOURCE, 2, 1), "the one that waits comes first");
    check_equal(taken(to), 1, "with an interrupt");
    at->type = 0;
    barrier();
    there(to, do_set, EOM, ~0UL);
    check(holds(to, MESSAGE_SOURCE, 3, 0), "EOM with another value is the same");
    check_equal(taken(to), 1, "with an interrupt, too");
    there(to, do_release, MESSAGE_SOURCE, 0);
    /* A slot that the guest has made busy itself. */
    at->type = 0x4242;
    barrier();
    check_equal(do_post(connection, 4), SUCCESS, "a message while the guest's own type is in the slot");
    check(at->type == 0x4242 && (at->flags & 1) != 0 && taken(to) == 0, "it waits");
    there(to, do_release, MESSAGE_SOURCE, 0);
    check(holds(to, MESSAGE_SOURCE, 4, 0) && taken(to) == 1, "it comes after EOM");
    /* What else is in a slot does not matter. */
    at->size = 255;
    at->origination = ~0UL;
    at->flags = 0xFE;
    there(to, do_set, EOM, 0);
    at->type = 0;
    barrier();
    check_equal(do_post(connection, 5), SUCCESS, "a message after the guest wrote into the slot");
    check(holds(to, MESSAGE_SOURCE, 5, 0) && at->origination == PORT + to && at->flags == 0 && taken(to) == 1, "it is whole");
    there(to, do_release, MESSAGE_SOURCE, 0);
    if (machine.cpus > 1) {
        unsigned other = to == 0 ? 1 : 0;
        do_post(connection, 6);
        do_post(connection, 7);
        taken(to);
        at->type = 0;
        barrier();
        there(other, do_set, EOM, 0);
        check(at->type == 0 && taken(to) == 0, "EOM of another processor does nothing here");
        there(to, do_set, EOM, 0);
        check(holds(to, MESSAGE_SOURCE, 7, 0) && taken(to) == 1, "EOM of this one does");
        there(to, do_release, MESSAGE_SOURCE, 0);
    }
}

/* Several sources wait, one EOM is for all. */
static void check_sources(unsigned to)
{
    do_post(CONNECTION + to, 1);
    do_post(CONNECTION + to, 2);
    do_post(OTHER_CONNECTION, 3);
    do_post(OTHER_CONNECTION, 4);
    taken(to);
    slot(to, MESSAGE_SOURCE)->type = 0;
    slot(to, OTHER_SOURCE)->type = 0;
    barrier();
    there(to, do_set, EOM, 0);
    check(holds(to, MESSAGE_SOURCE, 2, 0) && holds(to, OTHER_SOURCE, 4, 0), "one EOM is for every source");
    check_equal(taken(to), 1, "the interrupt of the one that has one");
    there(to, do_release, MESSAGE_SOURCE, 0);
    there(to, do_release, OTHER_SOURCE, 0);
}

/* ---- masks and switches ------------------------------------------------------------------------ */

static void check_masks(unsigned to)
{
    uint32_t connection = CONNECTION + to;
    const uint32_t source = SINT0 + MESSAGE_SOURCE;
    there(to, do_set, source, MASKED | MESSAGE_INTERRUPT);
    check_equal(do_post(connection, 1), SUCCESS, "a message for a masked source");
    check_equal(do_post(connection, 2), SUCCESS, "another one");
    check(holds(to, MESSAGE_SOURCE, 1, 1) && taken(to) == 0, "the first is in the slot, without an interrupt");
    there(to, do_release, MESSAGE_SOURCE, 0);
    check(holds(to, MESSAGE_SOURCE, 2, 0) && taken(to) == 0, "the second after EOM, without an interrupt");
    there(to, do_set, source, MESSAGE_INTERRUPT);
    check(holds(to, MESSAGE_SOURCE, 2, 0) && taken(to) == 0, "unmasking does not interrupt");
    there(to, do_release, MESSAGE_SOURCE, 0);
    if (HAS_POLLING) {
        there(to, do_set, source, POLLING | MESSAGE_INTERRUPT);
        do_post(connection, 3);
        do_post(connection, 4);
        check(holds(to, MESSAGE_SOURCE, 3, 1) && taken(to) == 0, "a polled source gets a message without an interrupt");
        there(to, do_release, MESSAGE_SOURCE, 0);
        check(holds(to, MESSAGE_SOURCE, 4, 0) && taken(to) == 0, "and the next one");
        there(to, do_release, MESSAGE_SOURCE, 0);
    } else {
        skip("there is no polling");
    }
    there(to, do_open, MESSAGE_SOURCE, MESSAGE_INTERRUPT | AUTO_EOI);
    do_post(connection, 5);
    check(holds(to, MESSAGE_SOURCE, 5, 0) && taken(to) == 1, "automatic EOI means nothing: one interrupt, which is ended by hand");
    there(to, do_release, MESSAGE_SOURCE, 0);
    there(to, do_open, MESSAGE_SOURCE, TIMER_INTERRUPT);
    do_post(connection, 6);
    check_equal(there(to, do_take, TIMER_INTERRUPT, 0), 1, "another vector: its interrupt");
    there(to, do_release, MESSAGE_SOURCE, 0);
    there(to, do_open, MESSAGE_SOURCE, MESSAGE_INTERRUPT);
}

static void check_switches(unsigned to)
{
    uint32_t connection = CONNECTION + to;
    const uint64_t page = (uint64_t)&message_pages[to];
    struct message *at = slot(to, MESSAGE_SOURCE);
    for (unsigned i = 0; i < 2; i++) {
        uint32_t name = i == 0 ? SCONTROL : SIMP;
        const char *text = i == 0 ? "SCONTROL" : "SIMP";
        uint64_t on = i == 0 ? 1 : page | 1;
        do_post(connection, 1);
        do_post(connection, 2);
        do_post(connection, 3);
        taken(to);
        check_equal(there(to, do_set, name, on & ~1UL), SUCCESS, "%s off", text);
        check_equal(do_post(connection, 9), INVALID_SYNIC, "%s off: a message is refused", text);
        if (i == 0) {
            check(holds(to, MESSAGE_SOURCE, 1, 1), "%s off: the slot is as it was", text);
            at->type = 0;
            barrier();
        } else {
            check(at->type == 0, "%s off: memory is there", text);
        }
        there(to, do_set, EOM, 0);
        check(at->type == 0 && taken(to) == 0, "%s off: EOM delivers nothing", text);
        check_equal(there(to, do_set, name, on), SUCCESS, "%s on", text);
        uint64_t next = i == 0 ? 2 : 1;
        check(holds(to, MESSAGE_SOURCE, next, 1), "%s on: a message is there, more is pending", text);
        check_equal(taken(to), i == 0 ? 1 : 0, "%s on: interrupts of what came by it", text);
        for (; next <= 3; next++) {
            check(holds(to, MESSAGE_SOURCE, next, next < 3), "%s on: message %lu", text, next);
            there(to, do_release, MESSAGE_SOURCE, 0);
        }
        taken(to);
        check(at->type == 0, "%s on: none is left", text);
    }
    /* The slot is free when the page comes back, and a message waits. */
    do_post(connection, 1);
    do_post(connection, 2);
    taken(to);
    at->type = 0;
    barrier();
    there(to, do_set, SIMP, page);
    there(to, do_set, SIMP, page | 1);
    check(holds(to, MESSAGE_SOURCE, 2, 0) && taken(to) == 1, "what waits comes when the page is back and its slot is free");
    there(to, do_release, MESSAGE_SOURCE, 0);
}

static void check_move(unsigned to)
{
    static _Alignas(4096) struct message_page elsewhere;
    uint32_t connection = CONNECTION + to;
    struct message *moved = &elsewhere.slot[MESSAGE_SOURCE];
    do_post(connection, 1);
    do_post(connection, 2);
    check_equal(taken(to), 1, "a message, and one that waits");
    check_equal(there(to, do_set, SIMP, (uint64_t)&elsewhere | 1), SUCCESS, "SIMP moves");
    check(moved->type == TYPE && payload64(moved, 0) == 1 && (moved->flags & 1) != 0, "the message moves with it");
    check(slot(to, MESSAGE_SOURCE)->type == 0, "and is not where it was");
    check_equal(taken(to), 0, "no interrupt comes of it");
    moved->type = 0;
    barrier();
    there(to, do_set, EOM, 0);
    check(moved->type == TYPE && payload64(moved, 0) == 2 && taken(to) == 1, "the one that waited comes to the new place");
    check_equal(there(to, do_set, SIMP, (uint64_t)&message_pages[to] | 1), SUCCESS, "SIMP moves back");
    check(holds(to, MESSAGE_SOURCE, 2, 0) && moved->type == 0, "the message moves back");
    there(to, do_release, MESSAGE_SOURCE, 0);
    check(taken(to) == 0, "nothing is left");
}

/* ---- lives of ports ---------------------------------------------------------------------------- */

static void check_refusals(void)
{
    check_equal(create_message_port(PORT, 0, MESSAGE_SOURCE), IN_USE, "a port that is there already");
    check_equal(create_message_port(1u << 24, 0, MESSAGE_SOURCE), INVALID_PARAMETER, "a port with bit 24");
    check_equal(create_message_port(0x777, 0, 16), INVALID_PARAMETER, "a port at source 16");
    check_equal(create_message_port(0x777, 0, 0xFFFFFFFF), INVALID_PARAMETER, "a port at source 0xffffffff");
    check_equal(create_message_port(0x777, machine.cpus, MESSAGE_SOURCE), INVALID_VP, "a port of a processor that is not there");
    check_equal(create_message_port(0x777, 0x80000000, MESSAGE_SOURCE), INVALID_VP, "a port of processor 0x80000000");
    check_equal(create_event_port(0x777, 0, EVENT_SOURCE, 0, 0), INVALID_PARAMETER, "a port of no flags");
    check_equal(create_event_port(0x777, 0, EVENT_SOURCE, 0, 2049), INVALID_PARAMETER, "a port of 2049 flags");
    check_equal(create_event_port(0x777, 0, EVENT_SOURCE, 2047, 2), INVALID_PARAMETER, "a port of flags 2047 and 2048");
    check_equal(create_event_port(0x777, 0, EVENT_SOURCE, 0xFFFF, 0xFFFF), INVALID_PARAMETER, "a port of flags from 65535");
    check_equal(connect_port(0x777, 0x777, MESSAGES), INVALID_PORT, "a connection to a port that is not there");
    check_equal(connect_port(0x777, PORT, EVENTS), INVALID_PORT, "a connection for events to a port for messages");
    check_equal(connect_port(CONNECTION, PORT, MESSAGES), IN_USE, "a connection that is there already");
    check_equal(connect_port(1u << 24 | 5, PORT, MESSAGES), INVALID_CONNECTION, "a connection with bit 24");
    check_equal(delete_port(0x777), INVALID_PORT, "deleting a port that is not there");
    check_equal(disconnect_port(0x777), INVALID_CONNECTION, "ending a connection that is not there");
}

static void check_lives(unsigned to)
{
    uint32_t connection = CONNECTION + to, port = PORT + to;
    struct message *at = slot(to, MESSAGE_SOURCE);
    do_post(connection, 1);
    do_post(connection, 2);
    taken(to);
    check_equal(disconnect_port(connection), SUCCESS, "a connection ends while a message waits");
    check_equal(do_post(connection, 3), INVALID_CONNECTION, "it cannot be used");
    there(to, do_release, MESSAGE_SOURCE, 0);
    check(holds(to, MESSAGE_SOURCE, 2, 0) && taken(to) == 1, "the message that waited comes");
    there(to, do_release, MESSAGE_SOURCE, 0);
    check_equal(connect_port(connection, port, MESSAGES), SUCCESS, "connected again");
    do_post(connection, 4);
    do_post(connection, 5);
    do_post(connection, 6);
    taken(to);
    check_equal(delete_port(port), SUCCESS, "a port is deleted while messages wait");
    check(holds(to, MESSAGE_SOURCE, 4, 1), "what is in its slot stays");
    there(to, do_release, MESSAGE_SOURCE, 0);
    check(at->type == 0 && taken(to) == 0, "what waited is gone");
    check_equal(do_post(connection, 7), INVALID_PORT, "the connection leads nowhere");
    check_equal(create_message_port(port, to, MESSAGE_SOURCE), SUCCESS, "the port is made again");
    disconnect_port(connection);
    check_equal(connect_port(connection, port, MESSAGES), SUCCESS, "and connected");
    check_equal(do_post(connection, 8), SUCCESS, "and takes a message");
    check(holds(to, MESSAGE_SOURCE, 8, 0) && taken(to) == 1, "which arrives");
    there(to, do_release, MESSAGE_SOURCE, 0);
}

/* A port of any processor goes to one that listens. */
static void check_any(void)
{
    check_equal(create_message_port(ANY_PORT, (uint32_t)ANY_VP, MESSAGE_SOURCE), SUCCESS, "a port of any processor");
    check_equal(connect_port(ANY_CONNECTION, ANY_PORT, MESSAGES), SUCCESS, "a connection to it");
    unsigned last = machine.cpus - 1;
    for (unsigned i = 0; i < last; i++) {
        there(i, do_set, SCONTROL, 0);
    }
    check_equal(do_post(ANY_CONNECTION, 0xA1), SUCCESS, "a message for the only one that listens");
    check(holds(last, MESSAGE_SOURCE, 0xA1, 0) && taken(last) == 1, "it gets it");
    there(last, do_release, MESSAGE_SOURCE, 0);
    there(last, do_set, SCONTROL, 0);
    check_equal(do_post(ANY_CONNECTION, 0xA2), INVALID_VP, "a message while nobody listens");
    for (unsigned i = 0; i < machine.cpus; i++) {
        there(i, do_set, SCONTROL, 1);
        check(slot(i, MESSAGE_SOURCE)->type == 0 && taken(i) == 0, "processor %u has none", i);
    }
    check_equal(delete_port(ANY_PORT), SUCCESS, "the port is deleted");
    check_equal(disconnect_port(ANY_CONNECTION), SUCCESS, "the connection, too");
}

/* ---- all at once ------------------------------------------------------------------------------- */

/* hyperv_synic of kvm-unit-tests: 16 sources, some with the bit that arm64 does not have. */
static uint64_t do_open_all(uint64_t a, uint64_t b)
{
    uint64_t failed = a + b;
    for (unsigned source = 0; source < SOURCES; source++) {
        uint64_t more = source == 3 || source == 8 || source == 10 || source == 14 ? AUTO_EOI : 0;
        failed += open_source(source, MESSAGE_INTERRUPT, more);
    }
    return failed;
}

static uint64_t do_close_all(uint64_t a, uint64_t b)
{
    for (unsigned source = 0; source < SOURCES; source++) {
        set(SINT0 + source, MASKED);
    }
    return a + b + open_source(BUS_SOURCE, BUS_INTERRUPT, 0) + open_source(MESSAGE_SOURCE, MESSAGE_INTERRUPT, 0);
}

static uint64_t do_take_one(uint64_t source, uint64_t number)
{
    unsigned cpu = this_cpu();
    uint64_t count = take_all(MESSAGE_INTERRUPT);
    if (!holds(cpu, (unsigned)source, number, 0)) {
        return 1000;
    }
    return count + (uint64_t)release(slot(cpu, (unsigned)source)) * 100;
}

static void check_all_sources(void)
{
    uint64_t failed = 0, interrupts[MAX_CPUS] = {0};
    for (unsigned i = 0; i < machine.cpus; i++) {
        failed += there(i, do_open_all, 0, 0);
        for (unsigned source = 0; source < SOURCES; source++) {
            failed += create_message_port(STORM_PORT + 16 * i + source, i, source);
            failed += connect_port(STORM_CONNECTION + 16 * i + source, STORM_PORT + 16 * i + source, MESSAGES);
        }
    }
    check_equal(failed, 0, "16 sources of each processor, and ports for them");
    for (unsigned source = 0; source < SOURCES; source++) {
        for (unsigned i = machine.cpus; i-- != 0;) {
            uint32_t connection = STORM_CONNECTION + 16 * (machine.cpus - 1 - i) + source;
            if (i == 0) {
                failed += do_post(connection, 0x5000 + 16 * i + source);
            } else {
                begin(i, do_post, connection, 0x5000 + 16 * i + source);
            }
        }
        for (unsigned i = 1; i < machine.cpus; i++) {
            failed += end(i);
        }
        for (unsigned i = 0; i < machine.cpus; i++) {
            interrupts[i] += there(i, do_take_one, source, 0x5000 + 16 * (machine.cpus - 1 - i) + source);
        }
    }
    check_equal(failed, 0, "each processor sends to the one opposite, on all sources");
    for (unsigned i = 0; i < machine.cpus; i++) {
        check_equal(interrupts[i], SOURCES, "processor %u: 16 messages, 16 interrupts", i);
        failed += there(i, do_close_all, 0, 0);
        for (unsigned source = 0; source < SOURCES; source++) {
            failed += disconnect_port(STORM_CONNECTION + 16 * i + source) + delete_port(STORM_PORT + 16 * i + source);
        }
    }
    check_equal(failed, 0, "all sources closed again");
}

#define STORM 40

/* Sends as fast as there are buffers. */
static uint64_t do_storm(uint64_t connection, uint64_t count)
{
    uint64_t refused = 0;
    for (uint64_t i = 0; i < count;) {
        uint64_t status = do_post(connection, (uint64_t)this_cpu() << 32 | i);
        if (status == SUCCESS) {
            i++;
        } else if (status == NO_BUFFERS) {
            refused++;
        } else {
            return ~0UL;
        }
    }
    return refused < ~0UL ? 0 : 1;
}

/* The others send all at once; this one waits for interrupts, and every message has to come once and in its sender's order. */
static void check_storm(void)
{
    uint64_t next[MAX_CPUS] = {0}, received = 0, wrong = 0, expected = STORM * (machine.cpus - 1);
    struct message *at = slot(0, MESSAGE_SOURCE);
    for (unsigned i = 1; i < machine.cpus; i++) {
        begin(i, do_storm, CONNECTION, STORM);
    }
    while (received < expected && await_interrupt(100)) {
        if (take_interrupt() != MESSAGE_INTERRUPT) {
            continue;
        }
        while (at->type != 0) {
            uint64_t number = payload64(at, 0), from = number >> 32;
            wrong += from == 0 || from >= machine.cpus || at->type != TYPE || at->size != 8 || (uint32_t)number != next[from]++;
            received++;
            release(at);
        }
    }
    check_equal(received, expected, "%lu messages of all the others at once", expected);
    check_equal(wrong, 0, "each once, and in its sender's order");
    uint64_t failed = 0;
    for (unsigned i = 1; i < machine.cpus; i++) {
        failed += end(i);
    }
    check_equal(failed, 0, "none was refused but for want of buffers");
    /* An interrupt may have come for a message that was found with the one before. */
    take_all(MESSAGE_INTERRUPT);
}

static uint64_t do_wait(uint64_t interrupt, uint64_t milliseconds)
{
    return await_interrupt(milliseconds) && take_interrupt() == interrupt;
}

static void check_wake(void)
{
    begin(1, do_wait, MESSAGE_INTERRUPT, 50);
    uint64_t start = now();
    while (now() - start < millisecond()) {
    }
    do_post(CONNECTION + 1, 0x3A);
    check_equal(end(1), 1, "a message wakes a processor that waits");
    check(holds(1, MESSAGE_SOURCE, 0x3A, 0), "and is there");
    there(1, do_release, MESSAGE_SOURCE, 0);
}

/* ---- the area ---------------------------------------------------------------------------------- */

static int permitted(void)
{
    if (MAY(MAY_CREATE) && MAY(MAY_CONNECT)) {
        return 1;
    }
    if (!MAY(MAY_CREATE)) {
        check_equal(create_message_port(PORT, 0, MESSAGE_SOURCE), ACCESS_DENIED, "CreatePort is not permitted");
        check_equal(delete_port(PORT), ACCESS_DENIED, "DeletePort is not permitted");
    }
    if (!MAY(MAY_CONNECT)) {
        check_equal(connect_port(CONNECTION, PORT, MESSAGES), ACCESS_DENIED, "ConnectPort is not permitted");
        check_equal(disconnect_port(CONNECTION), ACCESS_DENIED, "DisconnectPort is not permitted");
    }
    skip("connections of the guest's own are not permitted");
    return 0;
}

void check_messages(void)
{
    area("messages");
    if (!permitted()) {
        return;
    }
    unsigned last = machine.cpus - 1;
    for (unsigned i = 0; i < machine.cpus; i++) {
        check_equal(there(i, do_open, MESSAGE_SOURCE, MESSAGE_INTERRUPT), 0, "processor %u: a source for messages", i);
        check_equal(create_message_port(PORT + i, i, MESSAGE_SOURCE), SUCCESS, "processor %u: a port", i);
        check_equal(connect_port(CONNECTION + i, PORT + i, MESSAGES), SUCCESS, "processor %u: a connection to it", i);
    }
    check_equal(create_message_port(OTHER_PORT, last, OTHER_SOURCE), SUCCESS, "a port for another source");
    check_equal(connect_port(OTHER_CONNECTION, OTHER_PORT, MESSAGES), SUCCESS, "a connection to it");
    check_equal(create_event_port(EVENT_PORT, last, EVENT_SOURCE, 0, 1), SUCCESS, "a port for an event");
    check_equal(connect_port(EVENT_CONNECTION, EVENT_PORT, EVENTS), SUCCESS, "a connection to it");
    for (unsigned from = 0; from < machine.cpus; from++) {
        for (unsigned to = 0; to < machine.cpus; to++) {
            check_pair(from, to);
        }
    }
    check_values(last);
    check_queue(last);
    check_end_of_message(last);
    check_sources(last);
    check_masks(last);
    check_switches(last);
    check_move(last);
    check_refusals();
    check_lives(last);
    check_any();
    check_all_sources();
    if (machine.cpus > 1) {
        check_storm();
        check_wake();
    }
    uint64_t failed = disconnect_port(OTHER_CONNECTION) + delete_port(OTHER_PORT);
    failed += disconnect_port(EVENT_CONNECTION) + delete_port(EVENT_PORT);
    for (unsigned i = 0; i < machine.cpus; i++) {
        failed += disconnect_port(CONNECTION + i) + delete_port(PORT + i);
        there(i, do_set, SINT0 + MESSAGE_SOURCE, MASKED);
    }
    check_equal(failed, 0, "ports and connections are gone");
}
