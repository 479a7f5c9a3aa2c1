/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Turns on every processor it can find and sends an SGI round and round through all of them. One
 * processor alone sends it to itself.
 */
#include "../lib/guest.h"

#define MAX_PROCESSORS 8
#define ROUNDS 1000
#define SGI 3
#define PSCI_INVALID_PARAMETERS (-2L)
#define STACK_SIZE 4096

static _Alignas(16) unsigned char stacks[MAX_PROCESSORS][STACK_SIZE];
static volatile uint64_t online[MAX_PROCESSORS];
static volatile uint64_t received[MAX_PROCESSORS];
static volatile uint64_t processors = 1;

/* The processors are 0, 1, ... in Aff0, so the number of one is also its affinity. */
static uint64_t self(void)
{
    return read_register(mpidr_el1) & MPIDR_AFFINITY;
}

void exception(struct frame *frame, uint64_t source)
{
    if (source != FROM_EL1_IRQ) {
        fail("processor %lu: unexpected exception %lu at 0x%lx", self(), source, frame->elr);
    }
    unsigned interrupt = gic_acknowledge();
    if (interrupt == INTERRUPT_NONE) {
        return;
    }
    uint64_t me = self();
    received[me]++;
    gic_end(interrupt);
    if (me != 0 || received[0] != ROUNDS) {
        gic_send(SGI, (me + 1) % processors);
    }
}

static void wait_until_received(uint64_t count)
{
    while (received[self()] < count) {
        wait_for_interrupt();
        unmask_interrupts();
        mask_interrupts();
    }
}

void secondary_main(void)
{
    gic_init();
    gic_enable(SGI);
    online[self()] = 1;
    barrier();
    for (;;) {
        wait_until_received(received[self()] + 1);
    }
}

static uint64_t turn_on(void)
{
    uint64_t count = 1;
    while (count < MAX_PROCESSORS) {
        uint64_t stack = (uint64_t)(stacks[count] + STACK_SIZE);
        int64_t result = (int64_t)firmware_call(PSCI_CPU_ON, count, (uint64_t)secondary_start, stack, 0, 0).x0;
        if (result == PSCI_INVALID_PARAMETERS) {
            break; /* no such processor */
        }
        if (result != 0) {
            fail("CPU_ON of processor %lu returned 0x%lx", count, (uint64_t)result);
        }
        while (!online[count]) {
        }
        count++;
    }
    return count;
}

void guest_main(uint64_t device_tree)
{
    (void)device_tree;
    gic_init();
    gic_enable(SGI);
    processors = turn_on();
    barrier();

    gic_send(SGI, 1 % processors);
    wait_until_received(ROUNDS);

    print("smp: %lu processors\n", processors);
    for (uint64_t i = 0; i < processors; i++) {
        print("smp: processor %lu received %lu interrupts\n", i, received[i]);
        if (received[i] != ROUNDS) {
            fail("processor %lu should have received %lu", i, (uint64_t)ROUNDS);
        }
    }
    print("smp: powering off\n");
}
