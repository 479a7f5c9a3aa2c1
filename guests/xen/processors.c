/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What processors see of each other's events. The others do what the first one tells them to, so that there is one order
 * of things; where two are to be busy at the same time, only what must come out is printed.
 */
#include "xen.h"

#define AFFINITY_INFO 0xC4000004UL
#define AFFINITY_OFF 1
/* How long to wait for what must happen, and for what must not. Where time passes by instructions, 100 ms are many. */
#define PATIENCE_MS 20000
#define WAITING_MS (argument("quick") ? 2 : 100)
#define LITTLE_MS (argument("quick") ? 1 : 20)

typedef int64_t task(uint64_t a, uint64_t b);

static struct {
    task *volatile what;
    volatile uint64_t a, b;
    volatile int64_t result;
    volatile uint64_t done;
} mailboxes[MAX_CPUS];

static _Alignas(16) unsigned char stacks[MAX_CPUS][8192];

void secondary_main(void)
{
    mmu_enable();
    unsigned cpu = this_cpu();
    for (;;) {
        task *what = mailboxes[cpu].what;
        if (what != 0) {
            barrier();
            mailboxes[cpu].what = 0;
            mailboxes[cpu].result = what(mailboxes[cpu].a, mailboxes[cpu].b);
            barrier();
            mailboxes[cpu].done = 1;
        } else {
            __asm__ volatile("wfe" ::: "memory");
        }
    }
}

static void begin(unsigned cpu, task *what, uint64_t a, uint64_t b)
{
    mailboxes[cpu].a = a;
    mailboxes[cpu].b = b;
    mailboxes[cpu].done = 0;
    barrier();
    mailboxes[cpu].what = what;
    barrier();
    __asm__ volatile("sev" ::: "memory");
}

static int ended_within(unsigned cpu, uint64_t milliseconds)
{
    uint64_t start = now();
    while (mailboxes[cpu].done == 0) {
        if ((now() - start) / millisecond() >= milliseconds) {
            return 0;
        }
    }
    barrier();
    return 1;
}

static int64_t end(unsigned cpu)
{
    if (!ended_within(cpu, PATIENCE_MS)) {
        fail("processor %lu does not come back", (uint64_t)cpu);
    }
    return mailboxes[cpu].result;
}

static int64_t there(unsigned cpu, task *what, uint64_t a, uint64_t b)
{
    begin(cpu, what, a, b);
    return end(cpu);
}

/* ---- tasks --------------------------------------------------------------------------------------- */

static int64_t do_nothing(uint64_t a, uint64_t b)
{
    (void)a;
    (void)b;
    return 0;
}

static int64_t do_start(uint64_t a, uint64_t b)
{
    (void)b;
    gic_init();
    if (a != 0) {
        gic_enable(machine.upcall);
    }
    return interrupt_waits();
}

/* Whether an interrupt waits within so many milliseconds. */
static int64_t do_interrupt(uint64_t limit, uint64_t b)
{
    (void)b;
    uint64_t start = now();
    while (!interrupt_waits()) {
        if ((now() - start) / millisecond() >= limit) {
            return 0;
        }
    }
    return 1;
}

/* Clears the byte, the selector or queues, and takes the interrupt; the number of the interrupt. */
static int64_t do_take(uint64_t a, uint64_t b)
{
    (void)a;
    (void)b;
    unsigned cpu = this_cpu();
    infos[cpu].info.pending = 0;
    infos[cpu].info.selector = 0;
    barrier();
    int64_t interrupt = take_interrupt();
    for (unsigned i = 0; fifo && i < 100 && dequeue(cpu) != 0; i++) {
    }
    return interrupt;
}

static int64_t do_register(uint64_t cpu, uint64_t b)
{
    (void)b;
    return register_vcpu_info((uint32_t)cpu, (uint64_t)&infos[cpu] / PAGE, 0);
}

static int64_t do_port(uint64_t command, uint64_t port) { return one_port((unsigned)command, (uint32_t)port); }

static volatile uint64_t started;

static int64_t do_poll(uint64_t port, uint64_t timeout)
{
    started = 1;
    barrier();
    uint32_t ports[1] = {(uint32_t)port};
    return poll(ports, 1, timeout);
}

static int64_t do_poll_two(uint64_t one, uint64_t two)
{
    started = 1;
    barrier();
    uint32_t ports[2] = {(uint32_t)one, (uint32_t)two};
    return poll(ports, 2, 0);
}

static int64_t do_wait(uint64_t a, uint64_t b)
{
    started = 1;
    barrier();
    (void)a;
    (void)b;
    wait_for_interrupt();
    return interrupt_waits();
}

static int64_t do_block(uint64_t a, uint64_t b)
{
    (void)a;
    (void)b;
    unsigned cpu = this_cpu();
    taken[cpu] = 0;
    started = 1;
    barrier();
    int64_t result = (int32_t)hypercall(SCHED_OP, 1, 0, 0);
    uint64_t state = read_register(daif);
    mask_interrupts();
    return result != 0 ? result : (int64_t)(taken[cpu] << 4 | (state >> 7 & 1));
}

static int64_t do_off(uint64_t a, uint64_t b)
{
    (void)a;
    (void)b;
    return (int64_t)firmware_call(PSCI_CPU_OFF, 0, 0, 0, 0, 0).x0;
}

static void wait_there(task *what, uint64_t a, uint64_t b)
{
    started = 0;
    begin(1, what, a, b);
}

/* ---- one order of things ---------------------------------------------------------------------------- */

static void quiet(void)
{
    for (unsigned cpu = 1; cpu < machine.cpus; cpu++) {
        while (do_take(0, 0), there(cpu, do_interrupt, 0, 0)) {
            there(cpu, do_take, 0, 0);
        }
        there(cpu, do_take, 0, 0);
    }
    settle();
}

static void fresh(void)
{
    clean();
    quiet();
}

static void mask(uint32_t port)
{
    if (fifo) {
        events[port] |= EVENT_MASKED;
    } else {
        shared.mask[port / 64] |= 1UL << port % 64;
    }
    barrier();
    forget_changes();
}

static void mask_silently_not(uint32_t port)
{
    if (fifo) {
        events[port] &= ~EVENT_MASKED;
    } else {
        shared.mask[port / 64] &= ~(1UL << port % 64);
    }
    barrier();
    forget_changes();
}

static uint32_t ipi(unsigned vcpu)
{
    uint32_t port = 0;
    bind_ipi(vcpu, &port);
    return port;
}

static int64_t turn_on(unsigned cpu)
{
    return (int64_t)firmware_call(PSCI_CPU_ON, machine.affinity[cpu], (uint64_t)secondary_start,
                                  (uint64_t)(stacks[cpu] + sizeof stacks[cpu]), 0, 0).x0;
}

/* Before a processor is on. */
static void off(unsigned cpu)
{
    area("off");
    clean();
    uint32_t port = 0xEEEE;
    int64_t result = bind_ipi(cpu, &port);
    observe(result, "bind_ipi of vCPU %u, port %u", cpu, port);
    observe(one_port(SEND, port), "send");
    observe(one_port(UNMASK, port), "unmask");
    uint32_t timer = 0xEEEE;
    result = bind_virq(0, cpu, &timer);
    observe(result, "bind_virq 0 on it, port %u", timer);
    uint32_t global = 0xEEEE;
    observe(bind_virq(2, cpu, &global), "bind_virq 2 on it");
    observe(bind_virq(24, cpu, &global), "bind_virq 24 on it");
    uint32_t unbound = 0;
    alloc_unbound(SELF, SELF, &unbound);
    observe(bind_vcpu(unbound, cpu), "bind_vcpu of an unbound port");
    uint32_t local = 0;
    observe(bind_interdomain(SELF, unbound, &local), "bind_interdomain");
    observe(one_port(SEND, local), "send, the remote end is bound to it");
    if (cpu == 1) {
        observe(register_vcpu_info(cpu, (uint64_t)&infos[cpu] / PAGE, 0), "registration of its vcpu_info");
        observe(register_vcpu_info(cpu, (uint64_t)&infos[cpu] / PAGE, 0), "again");
        observe(one_port(SEND, local), "send again");
        infos[1].info.pending = 0;
        infos[1].info.selector = 0;
        notice("its byte and selector cleared");
        uint32_t second = ipi(cpu);
        observe(one_port(SEND, second), "send of another IPI");
    }
}

static void on(unsigned cpu)
{
    area("on");
    observe(turn_on(cpu), "CPU_ON of %u", cpu);
    observe(there(cpu, do_nothing, 0, 0), "it runs");
    observe(turn_on(cpu), "CPU_ON again");
    if (cpu == 2) {
        observe(there(cpu, do_register, cpu, 0), "registration of its vcpu_info by itself");
    } else if (cpu == 3) {
        observe(register_vcpu_info(cpu, (uint64_t)&infos[cpu] / PAGE, 0), "registration of its vcpu_info by vCPU 0");
        observe(there(cpu, do_register, cpu, 0), "registration of its vcpu_info by itself");
    }
    observe(there(cpu, do_start, 0, 0), "interrupt there before its PPI is enabled");
    observe(there(cpu, do_start, 1, 0), "interrupt there after it is enabled");
    observe(there(cpu, do_interrupt, 5 * LITTLE_MS, 0), "interrupt there a little later");
    observe(there(cpu, do_take, 0, 0), "taken there");
    observe(there(cpu, do_interrupt, LITTLE_MS, 0), "interrupt there after it");
    uint32_t port = ipi(cpu);
    forget_changes();
    observe(one_port(SEND, port), "send of a new IPI, port %u", port);
    observe(there(cpu, do_interrupt, 1000, 0), "interrupt there");
    observe(there(cpu, do_take, 0, 0), "taken there");
    clean();
}

static void across(void)
{
    area("across");
    fresh();
    uint32_t here = ipi(0);
    uint32_t over = ipi(1);
    observe(one_port(SEND, over), "send to vCPU 1");
    observe(there(1, do_interrupt, 1000, 0), "interrupt there");
    observe(there(1, do_take, 0, 0), "taken there");
    observe(there(1, do_port, SEND, here), "send there to vCPU 0");
    observe(there(1, do_port, SEND, over), "send there to itself");
    observe(there(1, do_take, 0, 0), "taken there");
    quiet();
    mask(over);
    observe(one_port(SEND, over), "send to vCPU 1, masked");
    observe(there(1, do_interrupt, LITTLE_MS, 0), "interrupt there");
    observe(one_port(UNMASK, over), "unmask by vCPU 0");
    observe(there(1, do_interrupt, 1000, 0), "interrupt there");
    observe(interrupt_waits(), "interrupt here");
    observe(there(1, do_take, 0, 0), "taken there");
    fresh();
    uint32_t unbound = 0;
    uint32_t local = 0;
    alloc_unbound(SELF, SELF, &unbound);
    bind_interdomain(SELF, unbound, &local);
    quiet();
    observe(one_port(SEND, local), "send to port %u, bound to vCPU 0", unbound);
    observe(bind_vcpu(unbound, 1), "bind_vcpu to vCPU 1 while it is pending");
    observe(there(1, do_interrupt, LITTLE_MS, 0), "interrupt there");
    observe(one_port(SEND, local), "send again");
    observe(one_port(UNMASK, unbound), "unmask");
    observe(there(1, do_interrupt, LITTLE_MS, 0), "interrupt there");
    mask(unbound);
    observe(one_port(UNMASK, unbound), "unmask after it was masked");
    observe(there(1, do_interrupt, 1000, 0), "interrupt there");
    observe(there(1, do_take, 0, 0), "taken there");
    quiet();
    observe(one_port(SEND, local), "send");
    observe(there(1, do_interrupt, 1000, 0), "interrupt there");
    struct status status;
    int64_t result = status_of(SELF, unbound, &status);
    observe(result, "status: vCPU %lu", (uint64_t)status.vcpu);
    observe(one_port(CLOSE, unbound), "close");
    observe(there(1, do_interrupt, 0, 0), "interrupt there");
    observe(there(1, do_take, 0, 0), "taken there");
    alloc_unbound(SELF, SELF, &unbound);
    result = status_of(SELF, unbound, &status);
    observe(result, "status of port %u, allocated anew: vCPU %lu", unbound, (uint64_t)status.vcpu);
    fresh();
    uint32_t timers[2] = {0};
    result = bind_virq(0, 0, &timers[0]);
    observe(result, "bind_virq 0 on vCPU 0, port %u", timers[0]);
    result = there(1, do_nothing, 0, 0) + bind_virq(0, 1, &timers[1]);
    observe(result, "bind_virq 0 on vCPU 1, port %u", timers[1]);
    observe(bind_virq(0, 1, &timers[1]), "again");
    uint32_t global = 0xEEEE;
    observe(bind_virq(3, 1, &global), "bind_virq 3 on vCPU 1");
    observe(bind_virq(11, 1, &global), "bind_virq 11 on vCPU 1");
    area("ring");
    for (unsigned cpu = 0; cpu < machine.cpus; cpu++) {
        fresh();
        uint32_t target = ipi((cpu + 1) % machine.cpus);
        observe(cpu == 0 ? one_port(SEND, target) : there(cpu, do_port, SEND, target), "send by vCPU %u", cpu);
        for (unsigned other = 0; other < machine.cpus; other++) {
            int waits = other == 0 ? interrupt_waits() : (int)there(other, do_interrupt, other == (cpu + 1) % machine.cpus ? 1000 : 5, 0);
            observe(waits, "interrupt at vCPU %u", other);
        }
    }
}

/* ---- waiting ------------------------------------------------------------------------------------------ */

/* Whether a processor that was told to wait does so. */
static int still_waits(unsigned cpu)
{
    uint64_t start = now();
    while (started == 0) {
        if ((now() - start) / millisecond() >= PATIENCE_MS) {
            fail("processor %lu does not begin to wait", (uint64_t)cpu);
        }
    }
    return !ended_within(cpu, WAITING_MS);
}

static void waiting(void)
{
    area("waiting");
    fresh();
    uint32_t port = ipi(1);
    uint32_t other = ipi(1);
    uint32_t here = ipi(0);
    mask(port);
    mask(other);
    wait_there(do_poll, port, 0);
    observe(still_waits(1), "poll of a masked port waits");
    observe(one_port(SEND, here), "send to another vCPU's port");
    observe(still_waits(1), "it still waits");
    observe(one_port(SEND, other), "send to another masked port");
    observe(still_waits(1), "it still waits");
    observe(one_port(UNMASK, here), "unmask of another one");
    observe(still_waits(1), "it still waits");
    observe(one_port(SEND, port), "send to the port");
    observe(end(1), "poll ends");
    observe(there(1, do_interrupt, 5, 0), "interrupt there");
    wait_there(do_poll, port, 0);
    observe(ended_within(1, 1000), "poll of a pending port ends");
    fresh();
    port = ipi(1);
    other = ipi(1);
    mask(port);
    mask(other);
    wait_there(do_poll_two, port, other);
    observe(still_waits(1), "poll of two masked ports waits");
    observe(one_port(SEND, other), "send to the second");
    observe(end(1), "poll ends");
    fresh();
    port = ipi(1);
    other = ipi(1);
    mask(port);
    wait_there(do_poll, port, 0);
    observe(still_waits(1), "poll of a masked port waits");
    observe(one_port(SEND, other), "send to an unmasked port of that vCPU");
    observe(end(1), "poll ends");
    observe(there(1, do_interrupt, 1000, 0), "interrupt there");
    fresh();
    port = ipi(1);
    mask(port);
    wait_there(do_poll, port, 0);
    observe(still_waits(1), "poll of a masked port waits");
    observe(one_port(CLOSE, port), "close of the port");
    observe(still_waits(1), "it still waits");
    uint32_t again = ipi(1);
    mask_silently_not(again);
    mask(again);
    observe(again == port, "the number is in use again");
    observe(one_port(SEND, again), "send to it");
    observe(end(1), "poll ends");
    fresh();
    port = ipi(1);
    mask(port);
    wait_there(do_poll, port, system_time() + 200000000);
    observe(still_waits(1), "poll with a timeout of 200 ms waits");
    observe(end(1), "poll ends");
    wait_there(do_poll, port, system_time() + 20000000000UL);
    observe(still_waits(1), "poll with a timeout of 20 s waits");
    observe(one_port(SEND, port), "send to the port");
    observe(ended_within(1, 5000), "poll ends before");
    fresh();
    port = ipi(1);
    wait_there(do_wait, 0, 0);
    observe(still_waits(1), "WFI waits");
    observe(one_port(SEND, port), "send");
    observe(end(1), "WFI ends, interrupt there");
    fresh();
    port = ipi(1);
    wait_there(do_block, 0, 0);
    observe(still_waits(1), "block waits");
    one_port(SEND, port);
    observe(end(1), "block ends after send: interrupts taken times 16, PSTATE.I");
    fresh();
    port = ipi(1);
    mask(port);
    wait_there(do_wait, 0, 0);
    observe(still_waits(1), "WFI waits");
    observe(one_port(SEND, port), "send, masked");
    observe(still_waits(1), "WFI still waits");
    observe(one_port(UNMASK, port), "unmask");
    observe(end(1), "WFI ends, interrupt there");
}

/* ---- off and on again ------------------------------------------------------------------------------------ */

static void off_and_on(void)
{
    area("off and on");
    fresh();
    uint32_t port = ipi(1);
    begin(1, do_off, 0, 0);
    uint64_t start = now();
    while (firmware_call(AFFINITY_INFO, machine.affinity[1], 0, 0, 0, 0).x0 != AFFINITY_OFF) {
        if ((now() - start) / millisecond() >= PATIENCE_MS) {
            fail("processor 1 does not turn off");
        }
    }
    observe(0, "CPU_OFF of vCPU 1");
    observe(one_port(SEND, port), "send");
    observe(one_port(SEND, port), "send again");
    observe(register_vcpu_info(1, (uint64_t)&infos[1] / PAGE, 0), "registration of its vcpu_info");
    observe(turn_on(1), "CPU_ON");
    observe(there(1, do_nothing, 0, 0), "it runs");
    observe(there(1, do_start, 1, 0), "interrupt there");
    observe(there(1, do_interrupt, 5 * LITTLE_MS, 0), "interrupt there a little later");
    observe(there(1, do_take, 0, 0), "taken there");
    quiet();
    observe(one_port(SEND, port), "send after everything was cleared");
    observe(there(1, do_interrupt, 1000, 0), "interrupt there");
    fresh();
}

/* ---- at the same time --------------------------------------------------------------------------------------- */

#define ROUNDS 100
static volatile uint32_t allocated[2][ROUNDS];
static volatile uint64_t handled, wanted, stop;

static int64_t do_allocate(uint64_t list, uint64_t count)
{
    int64_t failed = 0;
    for (unsigned i = 0; i < count; i++) {
        uint32_t port = 0;
        failed += bind_ipi(0, &port) != 0;
        allocated[list][i] = port;
    }
    return failed;
}

static int64_t do_join(uint64_t remote, uint64_t b)
{
    (void)b;
    uint32_t local = 0;
    return bind_interdomain(SELF, (uint32_t)remote, &local) == 0 ? (int64_t)local : -1;
}

static int64_t do_close_all(uint64_t first, uint64_t count)
{
    int64_t closed = 0;
    for (uint64_t port = first; port < first + count; port++) {
        closed += one_port(CLOSE, (uint32_t)port) == 0;
    }
    return closed;
}

/* Handles upcalls as a guest should, until told to stop. */
static int64_t do_handle(uint64_t port, uint64_t b)
{
    (void)b;
    unsigned cpu = this_cpu();
    int64_t count = 0;
    while (stop == 0) {
        if (!interrupt_waits()) {
            continue;
        }
        uint64_t value = 0;
        int found = 0;
        unsigned interrupt = gic_acknowledge();
        while (infos[cpu].info.pending != 0) {
            infos[cpu].info.pending = 0;
            barrier();
            if (fifo) {
                uint32_t next;
                while ((next = dequeue(cpu)) != 0) {
                    if (next == port) {
                        __atomic_fetch_and(&events[port], ~EVENT_PENDING, __ATOMIC_SEQ_CST);
                        value = wanted;
                        found = 1;
                    }
                }
            } else {
                uint64_t selector = __atomic_exchange_n(&infos[cpu].info.selector, 0, __ATOMIC_SEQ_CST);
                if ((selector >> port / 64 & 1) != 0
                    && (__atomic_fetch_and(&shared.pending[port / 64], ~(1UL << port % 64), __ATOMIC_SEQ_CST) >> port % 64 & 1)) {
                    value = wanted;
                    found = 1;
                }
            }
        }
        if (interrupt < 1020) {
            gic_end(interrupt);
        }
        if (found) {
            barrier();
            handled = value;
            count++;
        }
    }
    return count;
}

static int await_handled(uint64_t value)
{
    uint64_t start = now();
    while (handled != value) {
        if ((now() - start) / millisecond() >= PATIENCE_MS) {
            return 0;
        }
    }
    return 1;
}

static void same_time(void)
{
    area("same time");
    fresh();
    begin(1, do_allocate, 1, ROUNDS);
    int64_t failed = do_allocate(0, ROUNDS);
    failed += end(1);
    unsigned twice = 0;
    uint32_t highest = 0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        for (unsigned j = 0; j < ROUNDS; j++) {
            twice += allocated[0][i] == allocated[1][j];
        }
        highest = allocated[0][i] > highest ? allocated[0][i] : highest;
        highest = allocated[1][i] > highest ? allocated[1][i] : highest;
    }
    observe(failed, "two allocate: %u ports were given to both, the highest is %u", twice, highest);
    begin(1, do_close_all, 1, 2 * ROUNDS);
    int64_t closed = do_close_all(1, 2 * ROUNDS);
    closed += end(1);
    observe(closed, "two close the same ports");
    forget_changes();
    unsigned both = 0;
    unsigned neither = 0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint32_t remote = 0;
        alloc_unbound(SELF, SELF, &remote);
        begin(1, do_join, remote, 0);
        int64_t mine = do_join(remote, 0);
        int64_t theirs = end(1);
        both += mine > 0 && theirs > 0;
        neither += mine < 0 && theirs < 0;
        one_port(CLOSE, remote);
        one_port(CLOSE, (uint32_t)(mine > 0 ? mine : theirs));
        settle();
    }
    fresh();
    notice("two bind one port: both %u, neither %u", both, neither);
    fresh();
    uint32_t port = ipi(1);
    stop = 0;
    handled = 0;
    wanted = 0;
    begin(1, do_handle, port, 0);
    unsigned lost = 0;
    for (uint64_t i = 1; i <= 10 * ROUNDS; i++) {
        wanted = i;
        barrier();
        one_port(SEND, port);
        if (i % 10 == 0 && !await_handled(i)) {
            lost++;
        }
    }
    stop = 1;
    barrier();
    observe(end(1) >= ROUNDS / 2, "one sends, another one handles: lost %u", lost);
    quiet();
    /* A third one masks and unmasks meanwhile. */
    stop = 0;
    handled = 0;
    begin(1, do_handle, port, 0);
    lost = 0;
    for (uint64_t i = 1; i <= ROUNDS; i++) {
        if (fifo) {
            __atomic_fetch_or(&events[port], EVENT_MASKED, __ATOMIC_SEQ_CST);
        } else {
            __atomic_fetch_or(&shared.mask[0], 1UL << port, __ATOMIC_SEQ_CST);
        }
        wanted = i;
        if (machine.cpus > 2) {
            begin(2, do_port, UNMASK, port);
        }
        one_port(SEND, port);
        if (machine.cpus > 2) {
            end(2);
        } else {
            one_port(UNMASK, port);
        }
        if (!await_handled(i)) {
            lost++;
        }
    }
    stop = 1;
    barrier();
    observe(end(1) >= ROUNDS / 2, "send while another one unmasks: lost %u", lost);
    fresh();
}

void observe_processors(void)
{
    for (unsigned cpu = 1; cpu < machine.cpus; cpu++) {
        off(cpu);
    }
    for (unsigned cpu = 1; cpu < machine.cpus; cpu++) {
        on(cpu);
    }
    across();
    waiting();
    off_and_on();
    same_time();
}
