/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The other processors do what the first one tells them to, so that lines come in one order.
 */
#include "hyperv.h"

#define PATIENCE_MS 500

static struct {
    task *what;
    uint64_t a, b;
    volatile uint64_t result, done;
} mailboxes[MAX_CPUS];

/* Begins a task, and is all that a processor without one hears of: what else waits is for the tasks to take. */
#define BEGIN 0
#define URGENT 0x40u
#define ORDINARY 0xA0u
#define HEARS_URGENT 0x80u
#define HEARS_ALL 0xF0u
#define REDISTRIBUTORS 0x080A0000UL /* where the library has them, in the order of processors */
#define REDISTRIBUTOR_STRIDE 0x20000UL
#define GICR_ICFGR1 0x10C04
#define GICR_IPRIORITYR0 0x10400

static _Alignas(16) unsigned char stacks[MAX_CPUS][8192];

uint64_t now(void)
{
    synchronize();
    return read_register(cntvct_el0);
}

uint64_t millisecond(void)
{
    return read_register(cntfrq_el0) / 1000;
}

unsigned this_cpu(void)
{
    uint64_t affinity = read_register(mpidr_el1) & MPIDR_AFFINITY;
    for (unsigned i = 0; i < machine.cpus; i++) {
        if (machine.affinity[i] == affinity) {
            return i;
        }
    }
    fail("no processor has the affinity 0x%lx", affinity);
}

void secondary_main(void)
{
    mmu_enable();
    gic_init();
    gic_enable(timer_interrupt());
    unsigned cpu = this_cpu();
    device_write(REDISTRIBUTORS + REDISTRIBUTOR_STRIDE * cpu + GICR_IPRIORITYR0, ORDINARY * 0x01010100u | URGENT);
    gic_enable(BEGIN);
    mailboxes[cpu].done = 1;
    for (;;) {
        write_register(icc_pmr_el1, HEARS_URGENT);
        synchronize();
        wait_for_interrupt();
        if (take_interrupt() != BEGIN) {
            continue;
        }
        write_register(icc_pmr_el1, HEARS_ALL);
        synchronize();
        mailboxes[cpu].result = mailboxes[cpu].what(mailboxes[cpu].a, mailboxes[cpu].b);
        barrier();
        mailboxes[cpu].done = 1;
    }
}

void start_processors(void)
{
    gic_init();
    gic_enable(timer_interrupt());
    for (unsigned i = 1; i < machine.cpus; i++) {
        uint64_t top = (uint64_t)stacks[i] + sizeof stacks[i];
        uint64_t result = firmware_call(PSCI_CPU_ON, machine.affinity[i], (uint64_t)secondary_start, top, 0, 0).x0;
        if (result != 0) {
            fail("CPU_ON of processor %lu returned -%lu", (uint64_t)i, -result);
        }
    }
    for (unsigned i = 1; i < machine.cpus; i++) {
        end(i); /* before that the interrupt would be lost: its group is not set */
    }
}

void begin(unsigned cpu, task *what, uint64_t a, uint64_t b)
{
    mailboxes[cpu].a = a;
    mailboxes[cpu].b = b;
    mailboxes[cpu].what = what;
    mailboxes[cpu].done = 0;
    gic_send(BEGIN, machine.affinity[cpu]);
}

uint64_t end(unsigned cpu)
{
    uint64_t start = now();
    while (mailboxes[cpu].done == 0) {
        if ((now() - start) / millisecond() >= PATIENCE_MS) {
            fail("processor %lu does not come back", (uint64_t)cpu);
        }
    }
    barrier();
    return mailboxes[cpu].result;
}

uint64_t there(unsigned cpu, task *what, uint64_t a, uint64_t b)
{
    if (cpu == this_cpu()) {
        return what(a, b);
    }
    begin(cpu, what, a, b);
    return end(cpu);
}

/* ---- interrupts ------------------------------------------------------------------------------ */

void gic_make_edge(unsigned interrupt)
{
    uint64_t frame = REDISTRIBUTORS + REDISTRIBUTOR_STRIDE * this_cpu();
    device_write(frame + GICR_ICFGR1, device_read(frame + GICR_ICFGR1) | 2u << 2 * (interrupt - 16));
    barrier();
}

unsigned take_interrupt(void)
{
    unsigned interrupt = gic_acknowledge();
    if (interrupt != INTERRUPT_NONE) {
        gic_end(interrupt);
    }
    return interrupt;
}

int interrupt_waits(void)
{
    barrier();
    return (read_register(isr_el1) >> 7 & 1) != 0;
}

int await_interrupt(uint64_t milliseconds)
{
    uint64_t until = now() + milliseconds * millisecond();
    timer_compare(until);
    timer_control(1);
    wait_for_interrupt();
    timer_control(0);
    synchronize();
    return interrupt_waits();
}

uint64_t take_all(unsigned interrupt)
{
    uint64_t count = 0;
    for (unsigned taken = take_interrupt(); taken != INTERRUPT_NONE; taken = take_interrupt()) {
        if (taken != interrupt) {
            fail("interrupt %lu came, and %lu was to come", (uint64_t)taken, (uint64_t)interrupt);
        }
        if (++count > 100) {
            fail("interrupt %lu does not end", (uint64_t)interrupt);
        }
    }
    return count;
}
