/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * xenstore by /dev/xen/xenbus, and what the kernel does when the toolstack writes there.
 */
#include "scenes.h"

enum {
    DIRECTORY = 1,
    READ = 2,
    WATCH = 4,
    UNWATCH = 5,
    TRANSACTION_START = 6,
    TRANSACTION_END = 7,
    WRITE = 11,
    RM = 13,
    WATCH_EVENT = 15,
    ERROR = 16,
};

enum { PATIENCE = 20000, PAYLOAD = 4096 };

struct header {
    u32 type, request, transaction, length;
};

static long bus = -1;
static u32 requests;
struct message {
    struct header header;
    char payload[PAYLOAD + 1];
};
static struct message answer;
/* An event may come before the answer that is waited for. */
static struct message early;
static int has_early;

static void read_fully(void *target, u64 count)
{
    while (count) {
        long got;
        if (!readable(bus, PATIENCE))
            die("xenstore does not answer", (char *)0);
        got = call3(SYS_READ, bus, target, count);
        if (got <= 0)
            die("reading from xenbus gave ", decimal(got), (char *)0);
        target = (u8 *)target + got;
        count -= (u64)got;
    }
}

static void receive(void)
{
    read_fully(&answer.header, sizeof(answer.header));
    if (answer.header.length > PAYLOAD)
        die("an answer of ", decimal(answer.header.length), " bytes", (char *)0);
    read_fully(answer.payload, answer.header.length);
    answer.payload[answer.header.length] = 0;
}

/* Asks for something with one or two texts; returns the type of the answer. */
static u32 ask_with(u32 type, u32 transaction, const char *one, u64 one_bytes, const char *two, u64 two_bytes)
{
    static struct {
        struct header header;
        char payload[PAYLOAD];
    } question;
    long written;
    u64 bytes = sizeof(question.header) + one_bytes + two_bytes;
    if (bus < 0 && (bus = open_file("/dev/xen/xenbus", O_RDWR)) < 0)
        die("/dev/xen/xenbus cannot be opened: ", decimal(bus), (char *)0);
    question.header = (struct header){type, ++requests, transaction, (u32)(one_bytes + two_bytes)};
    memcpy(question.payload, one, one_bytes);
    memcpy(question.payload + one_bytes, two, two_bytes);
    written = call3(SYS_WRITE, bus, &question, bytes);
    if (written != (long)bytes)
        die("writing to xenbus gave ", decimal(written), (char *)0);
    receive();
    if (answer.header.type == WATCH_EVENT && !has_early) {
        has_early = 1;
        memcpy(&early, &answer, sizeof(early));
        receive();
    }
    if (answer.header.request != requests)
        die("an answer to request ", decimal(answer.header.request), (char *)0);
    return answer.header.type;
}

static u32 ask(u32 type, u32 transaction, const char *path)
{
    return ask_with(type, transaction, path, length(path) + 1, "", 0);
}

static u32 write_node(u32 transaction, const char *path, const char *value)
{
    return ask_with(WRITE, transaction, path, length(path) + 1, value, length(value));
}

static void expect(u32 got, u32 wanted, const char *what)
{
    if (got != wanted)
        die(what, ": type ", decimal(got), " with '", answer.payload, "'", (char *)0);
}

static void expect_text(const char *wanted, const char *what)
{
    if (!same(answer.payload, wanted))
        die(what, ": '", answer.payload, "' instead of '", wanted, "'", (char *)0);
}

static void expect_error(u32 got, const char *name, const char *what)
{
    expect(got, ERROR, what);
    expect_text(name, what);
}

int store_read(const char *path, char *value, u64 room)
{
    u64 i = 0;
    if (ask(READ, 0, path) != READ)
        return 0;
    for (; answer.payload[i] && i + 1 < room; i++)
        value[i] = answer.payload[i];
    value[i] = 0;
    return 1;
}

static void expect_node(const char *path, const char *wanted)
{
    expect(ask(READ, 0, path), READ, path);
    expect_text(wanted, path);
}

static u32 begin(void)
{
    const char *digits = answer.payload;
    expect(ask_with(TRANSACTION_START, 0, "", 1, "", 0), TRANSACTION_START, "beginning a transaction");
    return (u32)number(&digits);
}

static u32 finish(u32 transaction, const char *how)
{
    return ask(TRANSACTION_END, transaction, how);
}

static int listed(const char *path, const char *name)
{
    expect(ask(DIRECTORY, 0, path), DIRECTORY, path);
    for (u32 i = 0; i < answer.header.length; i += (u32)length(answer.payload + i) + 1)
        if (same(answer.payload + i, name))
            return 1;
    return 0;
}

static void expect_event(const char *path, const char *token)
{
    if (has_early)
        memcpy(&answer, &early, sizeof(answer));
    else
        receive();
    has_early = 0;
    expect(answer.header.type, WATCH_EVENT, path);
    expect_text(path, "path of an event");
    if (!same(answer.payload + length(path) + 1, token))
        die("token of an event: ", answer.payload + length(path) + 1, (char *)0);
}

static void watch(u32 type, const char *path, const char *token)
{
    expect(ask_with(type, 0, path, length(path) + 1, token, length(token) + 1), type, path);
}

static void transactions(void)
{
    u32 first = begin(), second;
    expect(write_node(first, "data/client", "inside"), WRITE, "writing in a transaction");
    expect_node("data/client", "hello");
    expect(ask(READ, first, "data/client"), READ, "reading in a transaction");
    expect_text("inside", "what the transaction wrote");
    expect(finish(first, "T"), TRANSACTION_END, "ending a transaction");
    expect_node("data/client", "inside");
    say("toolstack: expect data/client inside", (char *)0);

    first = begin();
    expect(write_node(first, "data/client", "given up"), WRITE, "writing in a transaction");
    expect(finish(first, "F"), TRANSACTION_END, "giving a transaction up");
    expect_node("data/client", "inside");

    first = begin();
    second = begin();
    expect(ask(READ, first, "data/client"), READ, "reading in the first transaction");
    expect(write_node(second, "data/client", "second"), WRITE, "writing in the second transaction");
    expect(write_node(first, "data/client", "first"), WRITE, "writing in the first transaction");
    expect(finish(second, "T"), TRANSACTION_END, "ending the second transaction");
    expect_error(finish(first, "T"), "EAGAIN", "ending the first transaction");
    expect_node("data/client", "second");
}

static void long_values(void)
{
    static char value[2001];
    for (u32 round = 0; round < 100; round++) {
        for (u32 i = 0; i < 2000; i++)
            value[i] = (char)('a' + (i + round) % 26);
        expect(write_node(0, "data/long", value), WRITE, "writing 2000 bytes");
        expect_node("data/long", value);
    }
    expect(ask(RM, 0, "data/long"), RM, "removing a node");
    expect_error(ask(READ, 0, "data/long"), "ENOENT", "reading a node that is gone");
}

void scene_store(void)
{
    expect(ask(READ, 0, "domid"), READ, "domid");
    say("faultline-client: store: this is domain ", answer.payload, (char *)0);
    expect_node("control/feature-poweroff", "1");
    expect_node("control/feature-reboot", "1");
    expect_node("control/feature-suspend", "1");
    expect(write_node(0, "data/client", "hello"), WRITE, "writing");
    expect_node("data/client", "hello");
    say("toolstack: expect data/client hello", (char *)0);
    if (!listed("data", "client") || listed("data", "nobody"))
        die("the directory of data is wrong", (char *)0);
    expect_error(ask(READ, 0, "data/nobody"), "ENOENT", "reading a node that is not there");
    expect_error(write_node(0, "memory/target", "1"), "EACCES", "writing a node of the toolstack");
    transactions();
    watch(WATCH, "data/watched", "a-token");
    expect_event("data/watched", "a-token");
    say("toolstack: write data/watched by the toolstack", (char *)0);
    expect_event("data/watched", "a-token");
    expect_node("data/watched", "by the toolstack");
    watch(UNWATCH, "data/watched", "a-token");
    long_values();
    say("faultline-client: store: read, write, directory, permission, 4 transactions, watch, 100 values of 2000 bytes",
        (char *)0);
}

void scene_late(void)
{
    struct row row;
    char value[16];
    if (interrupt_row("xenbus", 0, &row) || !interrupt_row("xenstore_late_init", 0, &row))
        die("the kernel does not wait for its xenstore", (char *)0);
    sleep_ms(200);
    say("toolstack: introduce", (char *)0);
    for (u32 i = 0; !interrupt_row("xenbus", 0, &row); i++) {
        if (i == 100)
            die("the kernel has not looked for its xenstore", (char *)0);
        sleep_ms(10);
    }
    /* What the kernel writes when it has looked is there a moment later. */
    for (u32 i = 0; !store_read("control/feature-suspend", value, sizeof(value)) || !same(value, "1"); i++) {
        if (i == 100)
            die("the kernel has not written to its xenstore", (char *)0);
        sleep_ms(10);
    }
    say("faultline-client: late: one event, and the kernel uses its xenstore", (char *)0);
}

void scene_nostore(void)
{
    struct row row;
    long file = open_file("/dev/xen/xenbus", O_RDWR);
    if (file >= 0 || interrupt_row("xenbus", 0, &row))
        die("there is a xenstore", (char *)0);
    say("faultline-client: nostore: no xenstore, /dev/xen/xenbus says ", decimal(file), (char *)0);
}

void scene_device(void)
{
    const char *path = "/sys/bus/xen/devices/faultline-0/nodename";
    char text[64];
    u32 waited;
    say("toolstack: write device/faultline/0/state 1", (char *)0);
    for (waited = 0; slurp(path, text, sizeof(text)) <= 0; waited++) {
        if (waited == 200)
            die("the kernel has not found its device", (char *)0);
        sleep_ms(10);
    }
    if (!same(text, "device/faultline/0\n"))
        die("the device is ", text, (char *)0);
    say("toolstack: remove device/faultline/0", (char *)0);
    for (waited = 0; slurp(path, text, sizeof(text)) > 0; waited++) {
        if (waited == 200)
            die("the kernel still has its device", (char *)0);
        sleep_ms(10);
    }
    say("faultline-client: device: came and went with its nodes", (char *)0);
}

static u64 balloon_kib(void)
{
    char text[32];
    const char *digits = text;
    if (slurp("/sys/devices/system/xen_memory/xen_memory0/info/current_kb", text, sizeof(text)) <= 0)
        die("the balloon driver does not say how large it is", (char *)0);
    return number(&digits);
}

static void balloon_to(u64 wanted, u64 target)
{
    say("toolstack: write memory/target ", decimal((long)target), (char *)0);
    for (u32 i = 0; balloon_kib() != wanted; i++) {
        if (i == 400)
            die("the balloon is at ", decimal((long)balloon_kib()), " KiB instead of ", decimal((long)wanted), (char *)0);
        sleep_ms(50);
    }
}

void scene_balloon(void)
{
    u64 before = balloon_kib(), target, less = 8 * 1024;
    char text[32];
    const char *digits = text;
    if (!store_read("memory/target", text, sizeof(text)))
        die("there is no memory/target", (char *)0);
    target = number(&digits);
    balloon_to(before - less, target - less);
    balloon_to(before, target);
    say("faultline-client: balloon: ", decimal((long)before), " KiB, ", decimal((long)less), " KiB given away and got back",
        (char *)0);
}

void scene_sysrq(void)
{
    char value[8];
    say("toolstack: write control/sysrq h", (char *)0);
    for (u32 i = 0; !store_read("control/sysrq", value, sizeof(value)) || value[0] == 'h'; i++) {
        if (i == 200)
            die("the kernel has not taken control/sysrq", (char *)0);
        sleep_ms(10);
    }
    say("faultline-client: sysrq: taken", (char *)0);
}

static void wait_for_processors(u32 wanted)
{
    for (u32 i = 0; processors() != wanted; i++) {
        if (i == 200)
            die("of ", decimal(wanted), " processors ", decimal(processors()), " are on line", (char *)0);
        sleep_ms(10);
    }
}

/*
 * The toolstack takes the last processor away and gives it back. The kernel turns one off that goes; to turn one on that
 * has come is for a program to do.
 */
void scene_availability(void)
{
    u32 count = processors();
    const char *last = decimal((long)count - 1);
    if (count < 2)
        die("one processor is too few", (char *)0);
    say("toolstack: write cpu/", last, "/availability offline", (char *)0);
    wait_for_processors(count - 1);
    say("toolstack: write cpu/", last, "/availability online", (char *)0);
    for (u32 i = 0; put(online_file(count - 1), "1") < 0; i++) {
        if (i == 200)
            die("processor ", last, " does not come back", (char *)0);
        sleep_ms(10);
    }
    wait_for_processors(count);
    check_processor(count - 1);
    unpin();
    say("faultline-client: availability: processor ", last, " went and came as xenstore said", (char *)0);
}
