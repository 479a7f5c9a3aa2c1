/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The VMBus of the VMM: agreeing on a version, offers, and the life of a channel that sends everything back.
 */
#include "hyperv.h"

#define OLD_CONNECTION 1
#define CONNECTION 4
#define VERSION_5_3 0x50003u
#define MESSAGE_TYPE 1

enum bus_message {
    OFFER = 1,
    REQUEST_OFFERS = 3,
    ALL_OFFERS = 4,
    OPEN = 5,
    OPEN_RESULT = 6,
    CLOSE = 7,
    GPADL_HEADER = 8,
    GPADL_BODY = 9,
    GPADL_CREATED = 10,
    GPADL_TEARDOWN = 11,
    GPADL_TORN_DOWN = 12,
    RELID_RELEASED = 13,
    INITIATE_CONTACT = 14,
    VERSION_RESPONSE = 15,
    UNLOAD = 16,
    UNLOAD_RESPONSE = 17,
    MODIFY_CHANNEL = 22,
    MODIFY_RESPONSE = 24,
};

/* What is sent. */
static _Alignas(8) union {
    uint32_t words[60];
    uint64_t doubles[30];
    uint16_t halves[120];
    uint8_t bytes[240];
} request;

static void start(uint32_t type)
{
    memset(&request, 0, sizeof request);
    request.words[0] = type;
}

static uint64_t send_on(uint32_t connection, uint32_t size)
{
    return post(connection, MESSAGE_TYPE, &request, size);
}

static uint64_t send(uint32_t size)
{
    return send_on(CONNECTION, size);
}

/* The answer, as it was in the slot; its type is 0 if none came. */
static struct {
    uint32_t words[60];
    uint32_t size;
} answer;

/* Takes the next message, of which there must be an interrupt, and gives the slot back. */
static uint32_t receive(void)
{
    struct message *slot = &message_pages[0].slot[BUS_SOURCE];
    memset(&answer, 0, sizeof answer);
    if (!interrupt_waits() && !await_interrupt(50)) {
        return 0;
    }
    take_all(BUS_INTERRUPT);
    barrier();
    if (slot->type != MESSAGE_TYPE || slot->size < 8) {
        return 0;
    }
    for (unsigned i = 0; i < 60; i++) {
        answer.words[i] = payload32(slot, 4 * i);
    }
    answer.size = slot->size;
    release(slot);
    return answer.words[0];
}

static int is_quiet(void)
{
    barrier();
    return message_pages[0].slot[BUS_SOURCE].type == 0 && !interrupt_waits();
}

/* ---- versions ----------------------------------------------------------------------------------- */

static uint64_t contact(uint32_t connection, uint32_t version, uint32_t vcpu, uint32_t source)
{
    start(INITIATE_CONTACT);
    request.words[2] = version;
    request.words[3] = vcpu;
    request.words[4] = source;
    return send_on(connection, 40);
}

static int is_supported(void)
{
    return answer.words[2] >> 8 == 0 && (answer.words[2] & 0xFF) == 1;
}

static void check_versions(void)
{
    static const uint32_t old[] = {0x20004, 0x30000, 0x40000, 0x40001};
    check_equal(contact(CONNECTION, 0x90009, 0, BUS_SOURCE), SUCCESS, "a contact with version 9.9");
    check(receive() == VERSION_RESPONSE && (answer.words[2] & 0xFF) == 0, "it is not supported");
    for (unsigned i = 0; i < 4; i++) {
        check_equal(contact(OLD_CONNECTION, old[i], 0, 0), SUCCESS, "a contact with version %u.%u on connection 1", old[i] >> 16,
                    old[i] & 0xFFFF);
        check(receive() == VERSION_RESPONSE && is_supported(), "it is supported");
    }
    check_equal(contact(CONNECTION, VERSION_5_3, machine.cpus, BUS_SOURCE), INVALID_VP, "a contact for a processor that is not there");
    check_equal(contact(CONNECTION, VERSION_5_3, 0, 200), INVALID_PARAMETER, "a contact for source 200");
    start(INITIATE_CONTACT);
    check_equal(send(39), INVALID_PARAMETER, "a contact that is too short");
    check_equal(send(7), INVALID_PARAMETER, "a message without a header");
    start(99);
    check_equal(send(40), INVALID_PARAMETER, "a message of type 99");
    check(is_quiet(), "nothing comes of those");
    check_equal(contact(CONNECTION, VERSION_5_3, 0, BUS_SOURCE), SUCCESS, "a contact with version 5.3 on connection 4");
    check(receive() == VERSION_RESPONSE && answer.size >= 16, "there is an answer");
    check(is_supported(), "it is supported, and successful");
    check_equal(answer.words[3], CONNECTION, "messages go to connection 4");
}

/* ---- offers ------------------------------------------------------------------------------------- */

static struct {
    uint32_t relid, connection;
} channel;

static unsigned check_offers(void)
{
    unsigned offers = 0, sound = 1;
    start(REQUEST_OFFERS);
    check_equal(send(8), SUCCESS, "offers are asked for");
    uint32_t type = receive();
    for (; type == OFFER; type = receive()) {
        /* No monitor page, an interrupt of its own. */
        sound &= answer.size == 196 && answer.words[46] != 0 && (answer.words[47] >> 8 & 1) == 0 && (answer.words[47] >> 16 & 1) == 1;
        if (offers == 0) {
            channel.relid = answer.words[46];
            channel.connection = answer.words[48];
        }
        offers++;
    }
    check(type == ALL_OFFERS, "offers have an end");
    check(sound, "offers are whole");
    check(is_quiet(), "nothing follows");
    start(REQUEST_OFFERS);
    check_equal(send(8), INVALID_PARAMETER, "offers are asked for once");
    return offers;
}

/* ---- a channel ---------------------------------------------------------------------------------- */

#define RING_PAGES 16
#define DATA_BYTES ((RING_PAGES - 1) * PAGE)
#define GPADL 0xE1E10
#define SMALL_GPADL 0xE1E11
#define FIRST_WORDS 27 /* in the header */
#define MORE_WORDS 28  /* in each body */
#define IN_BAND 6
#define COMPLETION 11
#define WANTS_COMPLETION 1

struct ring {
    volatile uint32_t write, read, mask, pending;
    volatile uint32_t unused[1020];
    volatile uint64_t data[DATA_BYTES / 8];
};
_Static_assert(sizeof(struct ring) == RING_PAGES * PAGE, "a ring is whole pages");
static _Alignas(4096) struct ring out, in;

static uint64_t word_of_list(unsigned index)
{
    if (index == 0) {
        return 2 * RING_PAGES * PAGE; /* bytes; they begin at 0 of the first page */
    }
    unsigned page = index - 1;
    uint64_t ring = page < RING_PAGES ? (uint64_t)&out : (uint64_t)&in;
    return ring / PAGE + page % RING_PAGES;
}

static void check_list(void)
{
    unsigned words = 1 + 2 * RING_PAGES, sent = FIRST_WORDS;
    start(GPADL_HEADER);
    request.words[2] = channel.relid;
    request.words[3] = GPADL;
    request.halves[8] = (uint16_t)(8 * words);
    request.halves[9] = 1;
    for (unsigned i = 0; i < FIRST_WORDS; i++) {
        uint64_t word = word_of_list(i);
        memcpy(&request.bytes[20 + 8 * i], &word, 8);
    }
    check_equal(send(20 + 8 * FIRST_WORDS), SUCCESS, "a list of 32 pages, its beginning");
    check(is_quiet(), "nothing yet");
    for (uint32_t number = 1; sent < words; number++) {
        unsigned count = words - sent < MORE_WORDS ? words - sent : MORE_WORDS;
        start(GPADL_BODY);
        request.words[2] = number;
        request.words[3] = GPADL;
        for (unsigned i = 0; i < count; i++) {
            request.doubles[2 + i] = word_of_list(sent + i);
        }
        check_equal(send(16 + 8 * count), SUCCESS, "its rest");
        sent += count;
    }
    check(receive() == GPADL_CREATED, "it is taken");
    check(answer.words[2] == channel.relid && answer.words[3] == GPADL && answer.words[4] == 0, "for this channel, with success");
}

static void check_bad_list(void)
{
    start(GPADL_HEADER);
    request.words[2] = channel.relid;
    request.words[3] = SMALL_GPADL;
    request.halves[8] = 16;
    request.halves[9] = 1;
    uint64_t bytes = PAGE, page = machine.ram_end / PAGE;
    memcpy(&request.bytes[20], &bytes, 8);
    memcpy(&request.bytes[28], &page, 8);
    check_equal(send(36), SUCCESS, "a list with a page behind RAM");
    check(receive() == GPADL_CREATED && answer.words[3] == SMALL_GPADL && answer.words[4] != 0, "it is refused");
    start(GPADL_TEARDOWN);
    request.words[2] = channel.relid;
    request.words[3] = SMALL_GPADL;
    check_equal(send(16), INVALID_PARAMETER, "and is not there");
}

static uint64_t open_at(uint32_t gpadl, uint32_t vcpu, uint32_t offset)
{
    start(OPEN);
    request.words[2] = channel.relid;
    request.words[3] = 0x0E1;
    request.words[4] = gpadl;
    request.words[5] = vcpu;
    request.words[6] = offset;
    return send(148);
}

static void check_open(void)
{
    check_equal(open_at(SMALL_GPADL, 0, RING_PAGES), SUCCESS, "a channel with a list that is not there");
    check(receive() == OPEN_RESULT && answer.words[4] != 0, "it is not opened");
    check_equal(open_at(GPADL, machine.cpus, RING_PAGES), SUCCESS, "a channel for a processor that is not there");
    check(receive() == OPEN_RESULT && answer.words[4] != 0, "it is not opened");
    check_equal(open_at(GPADL, 0, 2 * RING_PAGES), SUCCESS, "a channel whose second ring is behind its list");
    check(receive() == OPEN_RESULT && answer.words[4] != 0, "it is not opened");
    check_equal(open_at(GPADL, 0, RING_PAGES), SUCCESS, "a channel with two rings");
    check(receive() == OPEN_RESULT && answer.words[2] == channel.relid && answer.words[3] == 0x0E1 && answer.words[4] == 0,
          "it is opened");
    check_equal(open_at(GPADL, 0, RING_PAGES), SUCCESS, "the same channel once more");
    check(receive() == OPEN_RESULT && answer.words[4] != 0, "it is not opened twice");
}

static void put_word(uint32_t *at, uint64_t word)
{
    out.data[*at / 8] = word;
    *at = (uint32_t)((*at + 8) % DATA_BYTES);
}

static uint64_t get_word(uint32_t *at)
{
    uint64_t word = in.data[*at / 8];
    *at = (uint32_t)((*at + 8) % DATA_BYTES);
    return word;
}

static uint64_t word_of_packet(uint64_t number, unsigned index)
{
    return number * 0x9E3779B97F4A7C15UL + index;
}

/* A packet of so many words behind its descriptor. */
static void put_packet(uint64_t number, unsigned words, int wants_completion)
{
    uint32_t at = out.write, first = at;
    uint64_t length = 2 + words;
    put_word(&at, IN_BAND | 2UL << 16 | length << 32 | (uint64_t)(wants_completion ? WANTS_COMPLETION : 0) << 48);
    put_word(&at, number);
    for (unsigned i = 0; i < words; i++) {
        put_word(&at, word_of_packet(number, i));
    }
    put_word(&at, (uint64_t)first << 32);
    barrier();
    out.write = at;
    barrier();
}

/* Whether the next packet is the echo of one. */
static int take_packet(uint64_t number, unsigned words, int completion)
{
    uint32_t at = in.read;
    if (in.write == at) {
        return 0;
    }
    barrier();
    uint64_t descriptor = get_word(&at);
    uint64_t length = 2 + words;
    int right = descriptor == ((completion ? COMPLETION : IN_BAND) | 2UL << 16 | length << 32) && get_word(&at) == number;
    for (unsigned i = 0; right && i < words; i++) {
        right = get_word(&at) == word_of_packet(number, i);
    }
    if (!right) {
        return 0;
    }
    get_word(&at);
    barrier();
    in.read = at;
    barrier();
    return 1;
}

static uint64_t do_await_flag(uint64_t relid, uint64_t milliseconds)
{
    unsigned cpu = this_cpu();
    uint64_t until = now() + milliseconds * millisecond();
    while (now() < until) {
        if (await_interrupt(1)) {
            take_all(BUS_INTERRUPT);
        }
        if (clear_flag(cpu, BUS_SOURCE, (unsigned)relid)) {
            return 1;
        }
    }
    return 0;
}

/* Sends a packet, signals, and waits for the flag of the channel on a processor. */
static int exchange(unsigned cpu, uint64_t number, unsigned words, int wants_completion)
{
    put_packet(number, words, wants_completion);
    if (cpu != 0) {
        begin(cpu, do_await_flag, channel.relid, 200);
    }
    uint64_t status = signal_event(channel.connection, 0);
    uint64_t came = cpu != 0 ? end(cpu) : do_await_flag(channel.relid, 200);
    return status == SUCCESS && came && take_packet(number, words, wants_completion);
}

#define PACKETS 100
#define BURST 20

static void check_exchange(void)
{
    check(exchange(0, 1, 1, 0), "a packet comes back");
    check(exchange(0, 2, 100, 1), "a packet that wants one gets its completion");
    check_equal(out.read, out.write, "both have been taken");
    check(in.pending == 0 && is_quiet(), "nothing else comes");
    unsigned right = 0;
    for (unsigned i = 0; i < PACKETS; i++) {
        right += exchange(0, 0x100 + i, 1 + i * 2 % 199, i % 3 == 0);
    }
    check_equal(right, PACKETS, "a hundred packets, around the end of the rings");
    for (unsigned i = 0; i < BURST; i++) {
        put_packet(0x200 + i, i, 0);
    }
    check_equal(signal_event(channel.connection, 0), SUCCESS, "twenty packets with one signal");
    right = 0;
    uint64_t until = now() + 200 * millisecond();
    while (right < BURST && now() < until) {
        if (take_packet(0x200 + right, right, 0)) {
            right++;
        } else {
            await_interrupt(1);
            take_all(BUS_INTERRUPT);
        }
    }
    check_equal(right, BURST, "they come back in order");
    clear_flag(0, BUS_SOURCE, channel.relid);
    take_all(BUS_INTERRUPT);
    check_equal(signal_event(channel.connection, 1), INVALID_PARAMETER, "the channel has one flag");
    /* Without interrupts the guest looks itself. */
    in.mask = 1;
    put_packet(0x300, 3, 0);
    signal_event(channel.connection, 0);
    until = now() + 200 * millisecond();
    while (in.write == in.read && now() < until) {
        await_interrupt(1);
    }
    check(take_packet(0x300, 3, 0) && !flag_is_set(0, BUS_SOURCE, channel.relid) && !interrupt_waits(),
          "a guest that masks its ring is not interrupted");
    in.mask = 0;
}

static void check_target(void)
{
    unsigned last = machine.cpus - 1;
    start(MODIFY_CHANNEL);
    request.words[2] = channel.relid;
    request.words[3] = last;
    check_equal(send(16), SUCCESS, "the channel is to interrupt the last processor");
    check(receive() == MODIFY_RESPONSE && answer.words[2] == channel.relid && answer.words[3] == 0, "it will");
    check(exchange(last, 0x400, 5, 0), "a packet comes back, and that one hears of it");
    start(MODIFY_CHANNEL);
    request.words[2] = channel.relid;
    request.words[3] = machine.cpus;
    check_equal(send(16), SUCCESS, "the channel is to interrupt a processor that is not there");
    check(receive() == MODIFY_RESPONSE && answer.words[3] != 0, "it will not");
}

static void check_close(void)
{
    start(GPADL_TEARDOWN);
    request.words[2] = channel.relid;
    request.words[3] = GPADL;
    check_equal(send(16), INVALID_PARAMETER, "a list in use is not given up");
    start(CLOSE);
    request.words[2] = channel.relid;
    check_equal(send(12), SUCCESS, "the channel is closed");
    check_equal(send(12), INVALID_PARAMETER, "it is closed once");
    start(GPADL_TEARDOWN);
    request.words[2] = channel.relid;
    request.words[3] = GPADL;
    check_equal(send(16), SUCCESS, "the list is given up");
    check(receive() == GPADL_TORN_DOWN && answer.words[2] == GPADL, "it is torn down");
    start(RELID_RELEASED);
    request.words[2] = channel.relid;
    check_equal(send(12), SUCCESS, "the channel is released");
    check_equal(open_at(GPADL, 0, RING_PAGES), INVALID_PARAMETER, "it cannot be opened any more");
    check(is_quiet(), "nothing else comes");
}

void check_bus(void)
{
    area("bus");
    start(INITIATE_CONTACT);
    if (send(8) == INVALID_CONNECTION) {
        skip("the VMM has none");
        return;
    }
    start(UNLOAD);
    check(send(8) != SUCCESS, "unload before any contact is refused");
    check_versions();
    unsigned offers = check_offers();
    print("hyperv: %u channels are offered\n", offers);
    if (offers != 0) {
        check_bad_list();
        check_list();
        check_open();
        check_exchange();
        check_target();
        check_close();
    } else {
        skip("the bus has no channels");
    }
    start(UNLOAD);
    check_equal(send(8), SUCCESS, "unload");
    check(receive() == UNLOAD_RESPONSE, "it is answered");
    start(REQUEST_OFFERS);
    check_equal(send(8), INVALID_PARAMETER, "no offers without a contact");
    /* As a kernel that another one starts. */
    check_equal(contact(CONNECTION, VERSION_5_3, 0, BUS_SOURCE), SUCCESS, "another contact");
    check(receive() == VERSION_RESPONSE && is_supported(), "it is supported");
    check_equal(contact(CONNECTION, VERSION_5_3, 0, BUS_SOURCE), SUCCESS, "a contact without unload");
    check(receive() == VERSION_RESPONSE && is_supported(), "it is a new one");
    check_equal(check_offers(), offers, "with the same offers");
    start(UNLOAD);
    check_equal(send(8), SUCCESS, "unload again");
    check(receive() == UNLOAD_RESPONSE && is_quiet(), "it is answered, and that is all");
}
