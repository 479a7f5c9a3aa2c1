/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Event channels by /dev/xen/evtchn: the client is at both ends of a channel, so that it knows how many events there must
 * be. The driver takes one event of a port and masks it until it is written back.
 */
#include "scenes.h"

enum { BIND_INTERDOMAIN = 0x84501, BIND_UNBOUND = 0x44502, UNBIND = 0x44503, NOTIFY = 0x44504 };
enum { DOMID_SELF = 0x7FF0, PATIENCE = 10000, SIGCHLD = 17 };

/* Both ends of a channel of the guest to itself: what is sent by the one arrives at the other. */
struct channel {
    long file;
    u32 from, to;
};

/* What a second process that sends and receives all the time shares with the first. */
struct traffic {
    volatile u32 ready, stop, events;
    volatile u32 lost;
};

static u32 take(struct channel *channel, const char *when)
{
    u32 port;
    if (!readable(channel->file, PATIENCE))
        die("an event is lost ", when, (char *)0);
    if (call3(SYS_READ, channel->file, &port, sizeof(port)) != sizeof(port))
        die("reading an event ", when, " failed", (char *)0);
    return port;
}

static void give_back(struct channel *channel, u32 port)
{
    if (call3(SYS_WRITE, channel->file, &port, sizeof(port)) != sizeof(port))
        die("unmasking port ", decimal(port), " failed", (char *)0);
}

static void notify(struct channel *channel)
{
    long error = call3(SYS_IOCTL, channel->file, NOTIFY, &channel->from);
    if (error < 0)
        die("sending gave ", decimal(error), (char *)0);
}

static void open_channel(struct channel *channel)
{
    u32 unbound = DOMID_SELF, interdomain[2] = {DOMID_SELF, 0};
    long port;
    module("xen-evtchn", "");
    channel->file = open_file("/dev/xen/evtchn", O_RDWR);
    if (channel->file < 0)
        die("/dev/xen/evtchn cannot be opened: ", decimal(channel->file), (char *)0);
    port = call3(SYS_IOCTL, channel->file, BIND_UNBOUND, &unbound);
    if (port < 0)
        die("no unbound port: ", decimal(port), (char *)0);
    channel->to = interdomain[1] = (u32)port;
    port = call3(SYS_IOCTL, channel->file, BIND_INTERDOMAIN, interdomain);
    if (port < 0)
        die("no interdomain port: ", decimal(port), (char *)0);
    channel->from = (u32)port;
    /* What was sent before a channel was bound is made good for by one event. */
    if (take(channel, "after binding") != channel->from)
        die("binding raised another port", (char *)0);
    give_back(channel, channel->from);
}

static void close_channel(struct channel *channel)
{
    long one = call3(SYS_IOCTL, channel->file, UNBIND, &channel->from);
    long other = call3(SYS_IOCTL, channel->file, UNBIND, &channel->to);
    if (one < 0 || other < 0)
        die("closing ports gave ", decimal(one), " and ", decimal(other), (char *)0);
    call3(SYS_CLOSE, channel->file, 0, 0);
}

static void receive(struct channel *channel, const char *when)
{
    u32 port = take(channel, when);
    if (port != channel->to)
        die("an event of port ", decimal(port), " came ", when, (char *)0);
    give_back(channel, port);
}

static void exchange(struct channel *channel, u32 count, const char *when)
{
    while (count--) {
        notify(channel);
        receive(channel, when);
    }
}

/* The interrupt of the channel's receiving end: the one whose count goes up. */
static u32 interrupt_of(struct channel *channel)
{
    struct row row;
    u64 before[16];
    u32 rows = 0;
    while (rows < 16 && interrupt_row("evtchn:", rows, &row))
        before[rows++] = row.sum;
    exchange(channel, 10, "while looking for the interrupt");
    for (u32 i = 0; i < rows; i++)
        if (interrupt_row("evtchn:", i, &row) && row.sum == before[i] + 10)
            return row.irq;
    die("no interrupt of /proc/interrupts has counted 10 events", (char *)0);
}

static void counts_of(u32 irq, struct row *row)
{
    for (u32 i = 0; interrupt_row("evtchn:", i, row); i++)
        if (row->irq == irq)
            return;
    die("interrupt ", decimal(irq), " is gone", (char *)0);
}

static const char *irq_file(u32 irq, const char *name)
{
    static char path[64];
    char *at = path;
    const char *parts[] = {"/proc/irq/", decimal(irq), "/", name};
    for (u32 i = 0; i < 4; i++) {
        memcpy(at, parts[i], length(parts[i]));
        at += length(parts[i]);
    }
    *at = 0;
    return path;
}

static u32 affinity(u32 irq)
{
    char text[32];
    const char *digits = text;
    if (slurp(irq_file(irq, "effective_affinity_list"), text, sizeof(text)) <= 0)
        die("no affinity of interrupt ", decimal(irq), (char *)0);
    return (u32)number(&digits);
}

static void move_to(u32 irq, u32 cpu)
{
    long error = put(irq_file(irq, "smp_affinity_list"), decimal(cpu));
    if (error < 0)
        die("moving interrupt ", decimal(irq), " to processor ", decimal(cpu), " gave ", decimal(error), (char *)0);
}

void scene_events(void)
{
    struct channel channel;
    struct row before, after;
    u32 irq;
    open_channel(&channel);
    irq = interrupt_of(&channel);
    counts_of(irq, &before);
    exchange(&channel, 1000, "of a thousand");
    counts_of(irq, &after);
    if (after.sum != before.sum + 1000)
        die("1000 events made ", decimal((long)(after.sum - before.sum)), " interrupts", (char *)0);

    /* While the port is masked, events become one. */
    notify(&channel);
    if (!readable(channel.file, PATIENCE))
        die("the first of three events is lost", (char *)0);
    notify(&channel);
    notify(&channel);
    receive(&channel, "before two others");
    receive(&channel, "that stands for two");
    if (readable(channel.file, 50))
        die("two events of a masked port were not made one", (char *)0);
    close_channel(&channel);
    say("faultline-client: events: 1000 sent, 1000 received, 1000 interrupts; two of a masked port are one", (char *)0);
}

static void *shared_page(void)
{
    enum { READ_WRITE = 3, SHARED_ANONYMOUS = 0x21 };
    return (void *)call(SYS_MMAP, 0, 4096, READ_WRITE, SHARED_ANONYMOUS, -1, 0);
}

static void send_all_the_time(struct traffic *traffic)
{
    struct channel channel;
    open_channel(&channel);
    traffic->ready = 1;
    while (!traffic->stop) {
        notify(&channel);
        if (!readable(channel.file, PATIENCE)) {
            traffic->lost = 1;
            for (;;)
                sleep_ms(1000);
        }
        receive(&channel, "under traffic");
        /* Short breaks are what else the kernel has to do gets done in. */
        if (++traffic->events % 20 == 0)
            sleep_ms(1);
    }
    close_channel(&channel);
    call3(SYS_EXIT, 0, 0, 0);
}

static long start_traffic(struct traffic *traffic)
{
    long child;
    memset(traffic, 0, sizeof(*traffic));
    child = call(SYS_CLONE, SIGCHLD, 0, 0, 0, 0, 0);
    if (child < 0)
        die("no second process: ", decimal(child), (char *)0);
    if (child == 0)
        send_all_the_time(traffic);
    while (!traffic->ready)
        sleep_ms(1);
    return child;
}

/* Waits until there were more events; dies if one was lost. */
static void await_events(struct traffic *traffic, u32 more, const char *when)
{
    u32 before = traffic->events;
    for (u32 i = 0; traffic->events - before < more; i++) {
        if (traffic->lost || i == 20000)
            die("an event is lost ", when, ", after ", decimal(traffic->events), (char *)0);
        sleep_ms(1);
    }
}

static u32 stop_traffic(struct traffic *traffic, long child)
{
    traffic->stop = 1;
    long ended = call(SYS_WAIT4, child, 0, 0, 0, 0, 0);
    if (traffic->lost || ended != child)
        die("an event is lost at the end, after ", decimal(traffic->events), (char *)0);
    return traffic->events;
}

/* The interrupt of the other process: the one that counts. */
static u32 busy_interrupt(struct traffic *traffic)
{
    struct row row;
    u64 before[16];
    u32 rows = 0, best = 0;
    u64 most = 0;
    while (rows < 16 && interrupt_row("evtchn:", rows, &row))
        before[rows++] = row.sum;
    await_events(traffic, 20, "while looking for the interrupt");
    for (u32 i = 0; i < rows; i++)
        if (interrupt_row("evtchn:", i, &row) && row.sum - before[i] > most) {
            most = row.sum - before[i];
            best = row.irq;
        }
    return best;
}

static void await_on(struct traffic *traffic, u32 irq, u32 cpu, u64 more, const char *when)
{
    struct row before, now;
    counts_of(irq, &before);
    for (u32 i = 0;; i++) {
        await_events(traffic, 10, when);
        counts_of(irq, &now);
        if (now.counts[cpu] - before.counts[cpu] >= more)
            return;
        if (i == 1000)
            die("interrupt ", decimal(irq), " does not arrive on processor ", decimal(cpu), " ", when, (char *)0);
    }
}

void scene_affinity(void)
{
    struct channel channel;
    struct traffic *traffic = shared_page();
    struct row before, after;
    u32 count = processors(), irq, events;
    long child;
    open_channel(&channel);
    irq = interrupt_of(&channel);
    for (u32 i = 1; i <= count; i++) {
        u32 cpu = i % count;
        move_to(irq, cpu);
        if (affinity(irq) != cpu)
            die("interrupt ", decimal(irq), " is at processor ", decimal(affinity(irq)), (char *)0);
        counts_of(irq, &before);
        pin_to((cpu + 1) % count);
        exchange(&channel, 200, "after the interrupt was moved");
        counts_of(irq, &after);
        for (u32 other = 0; other < count; other++)
            if (after.counts[other] - before.counts[other] != (other == cpu ? 200 : 0))
                die("processor ", decimal(other), " has taken ",
                    decimal((long)(after.counts[other] - before.counts[other])), " of 200 events", (char *)0);
    }
    /* An event that is on its way while its port moves is not lost. */
    for (u32 i = 0; i < 100; i++) {
        notify(&channel);
        move_to(irq, i % count);
        receive(&channel, "while the interrupt was moved");
    }
    unpin();
    close_channel(&channel);
    child = start_traffic(traffic);
    irq = busy_interrupt(traffic);
    for (u32 i = 0; i < 100; i++) {
        move_to(irq, i % count);
        await_events(traffic, 1, "while another process moved the interrupt");
    }
    events = stop_traffic(traffic, child);
    say("faultline-client: affinity: 200 of 200 events on each of ", decimal(count),
        " processors; 100 moves with an event under way, 100 under traffic of ", decimal(events), " events, none lost",
        (char *)0);
}

static void power(u32 cpu, const char *state)
{
    long error = put(online_file(cpu), state);
    if (error < 0)
        die("processor ", decimal(cpu), " to state ", state, " gave ", decimal(error), (char *)0);
}

void scene_hotplug(void)
{
    struct traffic *traffic = shared_page();
    u32 count = processors(), irq, events;
    long child;
    if (count < 2)
        die("one processor is too few", (char *)0);
    child = start_traffic(traffic);
    irq = busy_interrupt(traffic);
    pin_to(0);
    for (u32 round = 0; round < 2; round++)
        for (u32 cpu = 1; cpu < count; cpu++) {
            move_to(irq, cpu);
            await_on(traffic, irq, cpu, 20, "before its processor goes");
            power(cpu, "0");
            if (processors() != count - 1 || affinity(irq) == cpu)
                die("processor ", decimal(cpu), " is still there", (char *)0);
            await_events(traffic, 50, "after its processor has gone");
            power(cpu, "1");
            if (processors() != count)
                die("processor ", decimal(cpu), " is not there again", (char *)0);
            move_to(irq, cpu);
            await_on(traffic, irq, cpu, 20, "after its processor has come back");
            check_processor(cpu);
            pin_to(0);
        }
    unpin();
    events = stop_traffic(traffic, child);
    say("faultline-client: hotplug: each of ", decimal((long)count - 1),
        " processors went and came twice with the interrupt on it; ", decimal(events), " events, none lost", (char *)0);
}

/* Counts the ports that are in use, as the hypervisor says. */
static u32 ports_in_use(void)
{
    enum { EVENT_CHANNEL_OP = 32, STATUS = 5, MOST_PORTS = 1024 };
    u32 used = 0;
    for (u32 port = 1; port < MOST_PORTS; port++) {
        u32 status[6] = {DOMID_SELF, port, 99, 0, 0, 0};
        long error = hypercall(EVENT_CHANNEL_OP, STATUS, (u64)status, 0);
        if (error == 0)
            used += status[2] != 0;
        else if (error != -22)
            die("the status of port ", decimal(port), " gave ", decimal(error), (char *)0);
    }
    return used;
}

/* Said twice: what has happened in between left no port in use. */
void scene_ports(void)
{
    static u32 before;
    u32 now = ports_in_use();
    if (before && now != before)
        die(decimal(now), " ports are in use, there were ", decimal(before), (char *)0);
    say("faultline-client: ports: ", decimal(now), " in use", before ? ", as before" : "", (char *)0);
    before = now;
}

void scene_move(void)
{
    struct traffic *traffic = shared_page();
    char value[16];
    long child = start_traffic(traffic);
    u32 before, events;
    await_events(traffic, 20, "before the move");
    before = traffic->events;
    say("toolstack: move", (char *)0);
    await_events(traffic, 2000, "around the move");
    events = stop_traffic(traffic, child);
    if (!store_read("domid", value, sizeof(value)))
        die("xenstore does not know the guest", (char *)0);
    say("faultline-client: move: ", decimal(before), " events before the guest was asked away, ",
        decimal((long)events - before), " after it, none lost", (char *)0);
}
