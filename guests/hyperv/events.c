/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Event flags from each processor to each, through ports and connections of the guest's own, where it may have them.
 */
#include "hyperv.h"

#define PORT 0x200       /* of processor 0 */
#define CONNECTION 0x20  /* to it */
#define FIRST 0x200      /* flag 512 and the 256 after it */
#define SOME 256
#define ALL_PORT 0x300
#define ALL_CONNECTION 0x30
#define MESSAGE_PORT 0x301
#define MESSAGE_CONNECTION 0x31

static uint64_t do_signal(uint64_t connection, uint64_t flag)
{
    return signal_event((uint32_t)connection, (uint16_t)flag);
}

static uint64_t do_take(uint64_t interrupt, uint64_t b)
{
    return b + take_all((unsigned)interrupt);
}

static uint64_t do_set(uint64_t name, uint64_t value)
{
    return set((uint32_t)name, value);
}

static uint64_t do_open(uint64_t source, uint64_t interrupt)
{
    return open_source((unsigned)source, (unsigned)interrupt, 0);
}

static uint64_t taken(unsigned cpu)
{
    return there(cpu, do_take, EVENT_INTERRUPT, 0);
}

/* How many flags of a processor are set, in all sources. */
static unsigned count_flags(unsigned cpu)
{
    unsigned count = 0;
    barrier();
    for (unsigned source = 0; source < SOURCES; source++) {
        for (unsigned i = 0; i < FLAGS / 32; i++) {
            for (uint32_t word = flag_pages[cpu].word[source][i]; word != 0; word &= word - 1) {
                count++;
            }
        }
    }
    return count;
}

static int is_only(unsigned cpu, unsigned flag)
{
    return flag_is_set(cpu, EVENT_SOURCE, flag) && count_flags(cpu) == 1;
}

/* hyperv_connections of kvm-unit-tests, its steps that are about events. */
static void check_pair(unsigned from, unsigned to)
{
    uint32_t connection = CONNECTION + to;
    unsigned flag = from * 8 + to;
    check_equal(there(from, do_signal, connection, flag), SUCCESS, "processor %u to %u: an event", from, to);
    check(is_only(to, FIRST + flag), "processor %u to %u: its flag is set, and no other", from, to);
    check_equal(taken(to), 1, "processor %u to %u: one interrupt", from, to);
    check_equal(there(from, do_signal, connection, flag), SUCCESS, "processor %u to %u: the same event again", from, to);
    check(is_only(to, FIRST + flag), "processor %u to %u: its flag is still set", from, to);
    check_equal(taken(to), 0, "processor %u to %u: no interrupt", from, to);
    check(clear_flag(to, EVENT_SOURCE, FIRST + flag), "processor %u to %u: the flag is taken", from, to);
    check_equal(there(from, do_signal, connection, flag), SUCCESS, "processor %u to %u: the event once more", from, to);
    check_equal(taken(to), 1, "processor %u to %u: one interrupt for it", from, to);
    check(clear_flag(to, EVENT_SOURCE, FIRST + flag) && count_flags(to) == 0, "processor %u to %u: and nothing else", from, to);
}

static void check_values(unsigned to)
{
    uint32_t connection = CONNECTION + to;
    check_equal(signal_event(connection, SOME - 1), SUCCESS, "the last flag of a port");
    check(is_only(to, FIRST + SOME - 1) && taken(to) == 1, "it is the last one from the first");
    clear_flag(to, EVENT_SOURCE, FIRST + SOME - 1);
    check_equal(signal_event(connection, SOME), INVALID_PARAMETER, "the flag behind it");
    check_equal(signal_event(connection, 2047), INVALID_PARAMETER, "flag 2047 of a port of 256");
    check_equal(signal_event(connection, 0xFFFF), INVALID_PARAMETER, "flag 65535");
    check_equal(signal_event(0x1234, 0), INVALID_CONNECTION, "a connection that is not there");
    check_equal(signal_event(connection | 1u << 24, 0), INVALID_CONNECTION, "a connection with bit 24");
    check_equal(signal_event(MESSAGE_CONNECTION, 0), INVALID_PORT, "an event to a port for messages");
    check_equal(post(connection, 1, &connection, 4), INVALID_PORT, "a message to a port for events");
    for (unsigned bit = 48; bit < 64; bit += 5) {
        struct registers r = {{HYPERCALL, SIGNAL_EVENT | FAST, connection | 1UL << bit}};
        call_by_smccc(&r);
        check_equal(STATUS(r.x[0]), INVALID_INPUT, "reserved bit %u of the parameter", bit);
    }
    check(count_flags(to) == 0 && taken(to) == 0, "nothing comes of those");
    /* By the other convention, and from memory. */
    struct registers r = {{SIGNAL_EVENT | FAST, connection | 5UL << 32}};
    call_by_tag(&r);
    check(r.x[0] == SUCCESS && is_only(to, FIRST + 5) && taken(to) == 1, "an event by HVC #1");
    clear_flag(to, EVENT_SOURCE, FIRST + 5);
    static _Alignas(8) uint64_t parameter;
    parameter = connection | 6UL << 32;
    barrier();
    check(call_in_memory(SIGNAL_EVENT, (uint64_t)&parameter, 0) == SUCCESS && is_only(to, FIRST + 6) && taken(to) == 1,
          "an event from memory");
    clear_flag(to, EVENT_SOURCE, FIRST + 6);
}

static void check_places(unsigned to)
{
    const volatile uint8_t *bytes = (const volatile uint8_t *)flag_pages[to].word[EVENT_SOURCE];
    check_equal(signal_event(ALL_CONNECTION, 0), SUCCESS, "flag 0");
    barrier();
    check_equal(bytes[0], 0x01, "it is bit 0 of byte 0");
    check_equal(signal_event(ALL_CONNECTION, 2047), SUCCESS, "flag 2047");
    barrier();
    check_equal(bytes[255], 0x80, "it is bit 7 of byte 255");
    check_equal(signal_event(ALL_CONNECTION, 2048), INVALID_PARAMETER, "flag 2048");
    check_equal(count_flags(to), 2, "no others are set");
    check_equal(taken(to), 1, "interrupts that were not taken are one");
    clear_flag(to, EVENT_SOURCE, 0);
    clear_flag(to, EVENT_SOURCE, 2047);
    unsigned failed = 0;
    for (unsigned flag = 0; flag < FLAGS; flag++) {
        failed += signal_event(ALL_CONNECTION, (uint16_t)flag) != SUCCESS;
    }
    check(failed == 0 && count_flags(to) == FLAGS && taken(to) == 1, "all 2048, never without room");
    for (unsigned flag = 0; flag < FLAGS; flag++) {
        failed += !clear_flag(to, EVENT_SOURCE, flag);
    }
    check(failed == 0 && count_flags(to) == 0, "all 2048 are taken");
}

static void check_switches(unsigned to)
{
    uint32_t connection = CONNECTION + to;
    const uint32_t source = SINT0 + EVENT_SOURCE;
    const uint64_t page = (uint64_t)&flag_pages[to];
    there(to, do_set, source, MASKED | EVENT_INTERRUPT);
    check_equal(signal_event(connection, 1), INVALID_SYNIC, "an event for a masked source");
    there(to, do_set, source, EVENT_INTERRUPT);
    check(count_flags(to) == 0 && taken(to) == 0, "no flag, no interrupt, also after unmasking");
    there(to, do_set, SCONTROL, 0);
    check_equal(signal_event(connection, 1), INVALID_SYNIC, "an event while SCONTROL is off");
    there(to, do_set, SCONTROL, 1);
    check(count_flags(to) == 0 && taken(to) == 0, "no flag, no interrupt");
    check_equal(signal_event(connection, 1), SUCCESS, "an event that stays");
    check_equal(taken(to), 1, "its interrupt");
    there(to, do_set, SIEFP, page);
    check_equal(signal_event(connection, 2), INVALID_SYNIC, "an event while SIEFP is off");
    check_equal(count_flags(to), 0, "memory has no flags");
    there(to, do_set, SIEFP, page | 1);
    check(is_only(to, FIRST + 1) && taken(to) == 0, "the flag is there again, without an interrupt");
    static _Alignas(4096) struct flag_page elsewhere;
    there(to, do_set, SIEFP, (uint64_t)&elsewhere | 1);
    check(elsewhere.word[EVENT_SOURCE][(FIRST + 1) / 32] == 2 && count_flags(to) == 0, "SIEFP moves: the flag moves with it");
    check(signal_event(connection, 40) == SUCCESS && elsewhere.word[EVENT_SOURCE][(FIRST + 40) / 32] == 1u << 8,
          "a flag at the new place");
    there(to, do_set, SIEFP, page | 1);
    check(flag_is_set(to, EVENT_SOURCE, FIRST + 1) && flag_is_set(to, EVENT_SOURCE, FIRST + 40) && count_flags(to) == 2,
          "SIEFP moves back: both are there");
    clear_flag(to, EVENT_SOURCE, FIRST + 1);
    clear_flag(to, EVENT_SOURCE, FIRST + 40);
    check_equal(taken(to), 1, "the interrupt of the second");
    if (HAS_POLLING) {
        there(to, do_set, source, POLLING | EVENT_INTERRUPT);
        check(signal_event(connection, 3) == SUCCESS && is_only(to, FIRST + 3) && taken(to) == 0,
              "a polled source gets its flag without an interrupt");
        clear_flag(to, EVENT_SOURCE, FIRST + 3);
        there(to, do_set, source, EVENT_INTERRUPT);
    } else {
        skip("there is no polling");
    }
    check_equal(delete_port(PORT + to), SUCCESS, "the port is deleted");
    check_equal(signal_event(connection, 1), INVALID_PORT, "its connection leads nowhere");
    check_equal(create_event_port(PORT + to, to, EVENT_SOURCE, FIRST, SOME), SUCCESS, "the port is made again");
    disconnect_port(connection);
    check_equal(connect_port(connection, PORT + to, EVENTS), SUCCESS, "and connected");
}

#define ROUNDS 30

/* Sets a flag of its own as often as it has been taken. */
static uint64_t do_storm(uint64_t connection, uint64_t count)
{
    unsigned cpu = this_cpu();
    for (uint64_t i = 0; i < count; i++) {
        if (signal_event((uint32_t)connection, (uint16_t)cpu) != SUCCESS) {
            return 1;
        }
        uint64_t start = now();
        while (flag_is_set(0, EVENT_SOURCE, FIRST + cpu)) {
            if (now() - start > 100 * millisecond()) {
                return 2;
            }
        }
    }
    return 0;
}

/* The others set flags of one word, and this one clears them: none may be lost. */
static void check_storm(void)
{
    uint64_t received = 0, failed = 0, expected = ROUNDS * (machine.cpus - 1);
    for (unsigned i = 1; i < machine.cpus; i++) {
        begin(i, do_storm, CONNECTION, ROUNDS);
    }
    while (received < expected && await_interrupt(100)) {
        if (take_interrupt() != EVENT_INTERRUPT) {
            continue;
        }
        for (unsigned i = 1; i < machine.cpus; i++) {
            received += clear_flag(0, EVENT_SOURCE, FIRST + i);
        }
    }
    for (unsigned i = 1; i < machine.cpus; i++) {
        failed += end(i);
    }
    check(received == expected && failed == 0, "%lu events of all the others at once, none lost", expected);
    take_all(EVENT_INTERRUPT);
    check_equal(count_flags(0), 0, "none too many");
}

void check_events(void)
{
    area("events");
    if (!MAY(MAY_CREATE) || !MAY(MAY_CONNECT)) {
        skip("connections of the guest's own are not permitted");
        return;
    }
    unsigned last = machine.cpus - 1;
    for (unsigned i = 0; i < machine.cpus; i++) {
        check_equal(there(i, do_open, EVENT_SOURCE, EVENT_INTERRUPT), 0, "processor %u: a source for events", i);
        check_equal(create_event_port(PORT + i, i, EVENT_SOURCE, FIRST, SOME), SUCCESS, "processor %u: a port of 256 flags", i);
        check_equal(connect_port(CONNECTION + i, PORT + i, EVENTS), SUCCESS, "processor %u: a connection to it", i);
    }
    check_equal(create_event_port(ALL_PORT, last, EVENT_SOURCE, 0, FLAGS), SUCCESS, "a port of all flags");
    check_equal(connect_port(ALL_CONNECTION, ALL_PORT, EVENTS), SUCCESS, "a connection to it");
    check_equal(create_message_port(MESSAGE_PORT, last, MESSAGE_SOURCE), SUCCESS, "a port for messages");
    check_equal(connect_port(MESSAGE_CONNECTION, MESSAGE_PORT, MESSAGES), SUCCESS, "a connection to it");
    for (unsigned from = 0; from < machine.cpus; from++) {
        for (unsigned to = 0; to < machine.cpus; to++) {
            check_pair(from, to);
        }
    }
    check_values(last);
    check_places(last);
    check_switches(last);
    if (machine.cpus > 1) {
        check_storm();
    }
    uint64_t failed = disconnect_port(ALL_CONNECTION) + delete_port(ALL_PORT);
    failed += disconnect_port(MESSAGE_CONNECTION) + delete_port(MESSAGE_PORT);
    for (unsigned i = 0; i < machine.cpus; i++) {
        failed += disconnect_port(CONNECTION + i) + delete_port(PORT + i);
        there(i, do_set, SINT0 + EVENT_SOURCE, MASKED);
    }
    check_equal(failed, 0, "ports and connections are gone");
}
