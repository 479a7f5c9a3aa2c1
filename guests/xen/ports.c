/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every call in every state that a port can be in.
 */
#include "xen.h"

#define TIMER 0
#define DEBUG 1

/* ---- states ----------------------------------------------------------------------------------- */

static uint32_t made(int64_t result, uint32_t port)
{
    if (result != 0) {
        notice("cannot be made: %ld", result);
    }
    return port;
}

static uint32_t unbound(void)
{
    uint32_t port = 0;
    return made(alloc_unbound(SELF, SELF, &port), port);
}

static uint32_t closed(void)
{
    uint32_t port = unbound();
    one_port(CLOSE, port);
    return port;
}

static uint32_t zero(void)
{
    return 0;
}

static uint32_t local_end(void)
{
    uint32_t port = 0;
    return made(bind_interdomain(SELF, unbound(), &port), port);
}

static uint32_t remote_end(void)
{
    uint32_t port = 0;
    uint32_t remote = unbound();
    made(bind_interdomain(SELF, remote, &port), port);
    return remote;
}

static uint32_t abandoned(void)
{
    uint32_t remote = unbound();
    uint32_t port = 0;
    made(bind_interdomain(SELF, remote, &port), port);
    one_port(CLOSE, remote);
    return port;
}

static uint32_t ipi(void)
{
    uint32_t port = 0;
    return made(bind_ipi(0, &port), port);
}

static uint32_t timer(void)
{
    uint32_t port = 0;
    return made(bind_virq(TIMER, 0, &port), port);
}

static uint32_t two_unbound(void)
{
    unbound();
    return unbound();
}

static const struct {
    const char *name;
    uint32_t (*make)(void);
} states[] = {
    {"closed", closed},
    {"0", zero},
    {"unbound", unbound},
    {"second unbound", two_unbound},
    {"local end", local_end},
    {"remote end", remote_end},
    {"abandoned end", abandoned},
    {"IPI", ipi},
    {"VIRQ", timer},
};

/* ---- calls ------------------------------------------------------------------------------------ */

static int64_t call_close(uint32_t port) { return one_port(CLOSE, port); }
static int64_t call_send(uint32_t port) { return one_port(SEND, port); }
static int64_t call_unmask(uint32_t port) { return one_port(UNMASK, port); }
static int64_t call_bind_0(uint32_t port) { return bind_vcpu(port, 0); }
static int64_t call_bind_beyond(uint32_t port) { return bind_vcpu(port, machine.cpus); }
static int64_t call_bind_far(uint32_t port) { return bind_vcpu(port, 0xFFFFFFFF); }
static int64_t call_priority_3(uint32_t port) { return set_priority(port, 3); }
static int64_t call_priority_16(uint32_t port) { return set_priority(port, 16); }
static int64_t call_priority_far(uint32_t port) { return set_priority(port, 0xFFFFFFFF); }

static int64_t call_join(uint32_t port)
{
    uint32_t local = 0xEEEE;
    int64_t result = bind_interdomain(SELF, port, &local);
    notice("bind_interdomain gives %u", local);
    return result;
}

static int64_t call_join_1(uint32_t port)
{
    uint32_t local = 0xEEEE;
    int64_t result = bind_interdomain(1, port, &local);
    notice("bind_interdomain gives %u", local);
    return result;
}

static int64_t call_join_5(uint32_t port)
{
    uint32_t local = 0xEEEE;
    return bind_interdomain(5, port, &local);
}

static int64_t show_status(uint64_t domain, uint32_t port)
{
    struct status status;
    int64_t result = status_of(domain, port, &status);
    notice("status %lx, vcpu %lx, detail %lx %lx, domain %lx", (uint64_t)status.status, (uint64_t)status.vcpu,
           (uint64_t)status.detail[0], (uint64_t)status.detail[1], (uint64_t)status.domain);
    return result;
}

static int64_t call_status(uint32_t port) { return show_status(SELF, port); }
static int64_t call_status_1(uint32_t port) { return show_status(1, port); }
static int64_t call_status_5(uint32_t port) { return show_status(5, port); }
static int64_t call_poll(uint32_t port) { return poll(&port, 1, 1); }
static int64_t call_poll_two(uint32_t port)
{
    uint32_t ports[2] = {port, port};
    return poll(ports, 2, 1);
}

static const struct {
    const char *name;
    int64_t (*make)(uint32_t port);
} calls[] = {
    {"close", call_close},
    {"send", call_send},
    {"unmask", call_unmask},
    {"bind_vcpu 0", call_bind_0},
    {"bind_vcpu one too many", call_bind_beyond},
    {"bind_vcpu 0xffffffff", call_bind_far},
    {"set_priority 3", call_priority_3},
    {"set_priority 16", call_priority_16},
    {"set_priority 0xffffffff", call_priority_far},
    {"bind_interdomain", call_join},
    {"bind_interdomain by number", call_join_1},
    {"bind_interdomain of domain 5", call_join_5},
    {"status", call_status},
    {"status by number", call_status_1},
    {"status of domain 5", call_status_5},
    {"poll", call_poll},
    {"poll of two", call_poll_two},
};

/* One digit for each of the first ports. */
static uint64_t summary(void)
{
    uint64_t digits = 0;
    for (uint32_t port = 1; port <= 4; port++) {
        struct status status = {0};
        status_of(SELF, port, &status);
        digits = digits * 10 + (status.status & 7);
    }
    return digits;
}

static void every_state(void)
{
    area("states");
    for (unsigned i = 0; i < sizeof states / sizeof states[0]; i++) {
        for (unsigned j = 0; j < sizeof calls / sizeof calls[0]; j++) {
            clean();
            uint32_t port = states[i].make();
            settle();
            int64_t result = calls[j].make(port);
            observe(result, "%s on %s, port %u, now %lu", calls[j].name, states[i].name, port, summary());
        }
    }
}

static void numbers(void)
{
    static const uint32_t far[] = {1000, 4095, 4096, 131071, 131072, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
    area("far");
    clean();
    for (unsigned i = 0; i < sizeof far / sizeof far[0]; i++) {
        for (unsigned j = 0; j < sizeof calls / sizeof calls[0]; j++) {
            observe(calls[j].make(far[i]), "%s on %u", calls[j].name, far[i]);
        }
    }
}

/* ---- binding ------------------------------------------------------------------------------------ */

static void tell(int64_t result, uint32_t port, const char *what, uint64_t value)
{
    observe(result, "%s %lx, port %u", what, value, port);
}

static void unbound_ports(void)
{
    static const uint64_t domains[] = {SELF, 1, 0, 2, 5, 0x7FEF, 0x7FF1, 0x7FF2, 0x7FF3, 0x7FF4, 0x7FFF, 0xFFFF};
    area("alloc_unbound");
    for (unsigned i = 0; i < sizeof domains / sizeof domains[0]; i++) {
        clean();
        uint32_t port = 0xEEEE;
        int64_t result = alloc_unbound(domains[i], SELF, &port);
        tell(result, port, "by", domains[i]);
        port = 0xEEEE;
        result = alloc_unbound(SELF, domains[i], &port);
        tell(result, port, "for", domains[i]);
        if (result == 0) {
            observe(show_status(SELF, port), "status");
            uint32_t local = 0xEEEE;
            observe(bind_interdomain(SELF, port, &local), "bind_interdomain with it");
            uint32_t last = 0xEEEE;
            result = alloc_unbound(SELF, SELF, &last);
            tell(result, last, "for", SELF);
        }
        uint32_t next = 0xEEEE;
        result = alloc_unbound(SELF, SELF, &next);
        tell(result, next, "the next for", SELF);
    }
    clean();
    uint32_t ports[4] = {0};
    for (unsigned i = 0; i < 4; i++) {
        tell(alloc_unbound(SELF, SELF, &ports[i]), ports[i], "number", i);
    }
    one_port(CLOSE, ports[2]);
    one_port(CLOSE, ports[1]);
    tell(alloc_unbound(SELF, SELF, &ports[0]), ports[0], "after two were closed", 0);
    tell(alloc_unbound(SELF, SELF, &ports[0]), ports[0], "after two were closed", 1);
    tell(alloc_unbound(SELF, SELF, &ports[0]), ports[0], "after two were closed", 2);
}

static void interdomain(void)
{
    area("bind_interdomain");
    for (uint32_t remote = 0; remote < 4; remote++) {
        clean();
        uint32_t first = 0;
        alloc_unbound(SELF, SELF, &first);
        uint32_t local = 0xEEEE;
        int64_t result = bind_interdomain(SELF, remote, &local);
        tell(result, local, "to port", remote);
        uint32_t next = 0xEEEE;
        alloc_unbound(SELF, SELF, &next);
        notice("the next port is %u", next);
    }
    clean();
    uint32_t remote = 0;
    uint32_t local = 0;
    alloc_unbound(SELF, SELF, &remote);
    observe(bind_interdomain(SELF, remote, &local), "bind");
    observe(show_status(SELF, remote), "status of the remote end");
    observe(show_status(SELF, local), "status of the local end");
    settle();
    observe(one_port(SEND, remote), "send from the remote end");
    settle();
    observe(one_port(SEND, local), "send from the local end");
    observe(one_port(CLOSE, local), "close of the local end, the remote one is pending");
    observe(show_status(SELF, remote), "status of the remote end");
    observe(show_status(SELF, local), "status of the local end");
    settle();
    observe(one_port(SEND, remote), "send from the remote end");
    observe(bind_interdomain(SELF, remote, &local), "bind again");
    notice("port %u", local);
    observe(one_port(CLOSE, local), "close of the local end, which is pending");
    observe(one_port(CLOSE, remote), "close of the remote end");
    clean();
    static const uint64_t domains[] = {0, 2, 5, 0x7FF1, 0x7FF2, 0x7FF4};
    for (unsigned i = 0; i < sizeof domains / sizeof domains[0]; i++) {
        local = 0xEEEE;
        int64_t result = bind_interdomain(domains[i], 900, &local);
        tell(result, local, "with domain", domains[i]);
    }
}

static void virqs(void)
{
    area("bind_virq");
    for (uint32_t vcpu = 0; vcpu <= 1; vcpu++) {
        for (uint32_t virq = 0; virq <= 24; virq++) {
            clean();
            uint32_t port = 0xEEEE;
            int64_t result = bind_virq(virq, vcpu == 0 ? 0 : machine.cpus, &port);
            observe(result, "%u on vCPU %s, port %u", virq, vcpu == 0 ? "0" : "one too many", port);
            if (result == 0) {
                uint32_t again = 0xEEEE;
                result = bind_virq(virq, 0, &again);
                observe(result, "%u again, port %u", virq, again);
                observe(show_status(SELF, port), "status");
                observe(bind_vcpu(port, 0), "bind_vcpu");
                observe(one_port(CLOSE, port), "close");
                result = bind_virq(virq, 0, &again);
                observe(result, "%u after close, port %u", virq, again);
            }
        }
    }
    clean();
    uint32_t port = 0xEEEE;
    observe(bind_virq(0xFFFFFFFF, 0, &port), "0xffffffff");
    observe(bind_virq(0x80000000, 0, &port), "0x80000000");
    observe(bind_virq(24, 0xFFFFFFFF, &port), "24 on vCPU 0xffffffff");
    observe(bind_virq(0, 0xFFFFFFFF, &port), "0 on vCPU 0xffffffff");
    observe(bind_virq(2, 0xFFFFFFFF, &port), "2 on vCPU 0xffffffff");
    notice("port %u", port);
}

static void ipis(void)
{
    area("bind_ipi");
    clean();
    for (unsigned i = 0; i < 3; i++) {
        uint32_t port = 0xEEEE;
        int64_t result = bind_ipi(0, &port);
        observe(result, "vCPU 0, port %u", port);
        observe(show_status(SELF, port), "status");
    }
    uint32_t port = 0xEEEE;
    observe(bind_ipi(machine.cpus, &port), "one vCPU too many");
    observe(bind_ipi(0xFFFFFFFF, &port), "vCPU 0xffffffff");
    for (uint32_t pirq = 0; pirq < 64; pirq += 31) {
        observe(bind_pirq(pirq, &port), "bind_pirq %u", pirq);
    }
    notice("port %u", port);
}

static void commands(void)
{
    static const uint64_t unknown[] = {15, 16, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
    static uint64_t structure[4];
    area("commands");
    clean();
    for (unsigned i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        observe(event_call((unsigned)unknown[i], structure), "0x%lx", unknown[i]);
        observe(event_call((unsigned)unknown[i], (void *)(PLAYGROUND + 511 * PAGE)), "0x%lx from nowhere", unknown[i]);
    }
    for (unsigned command = 0; command < 15; command++) {
        observe(event_call(command, (void *)(PLAYGROUND + 511 * PAGE)), "%u from nowhere", command);
    }
    struct status status = {SELF, 0, 0, 0xEE, 0xEE, {0}};
    observe((int32_t)hypercall(EVENT_CHANNEL_OP, 1UL << 32 | STATUS, (uint64_t)&status, 0), "status with the upper half set");
    observe(reset(1), "reset of domain 1");
    observe(reset(0), "reset of domain 0");
    observe(reset(5), "reset of domain 5");
    observe(reset(0x7FF1), "reset of DOMID_IO");
    uint16_t self = SELF;
    observe(event_call(RESET_CONTINUED, &self), "reset_cont");
    self = 5;
    observe(event_call(RESET_CONTINUED, &self), "reset_cont of domain 5");
    if (wanted_fifo) {
        fifo = 0;
        enter_fifo();
    }
}

void observe_ports(void)
{
    commands();
    every_state();
    numbers();
    unbound_ports();
    interdomain();
    virqs();
    ipis();
}
