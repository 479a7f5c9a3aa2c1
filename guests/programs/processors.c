/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Four processors with the MMU and the caches on: a spinlock, a ticket lock, a barrier, pages mapped by one and used by
 * all, SGIs to everybody, and a timer on each. What is printed does not depend on who was faster.
 */
#include "runtime/runtime.h"

#define PROCESSORS 4
#define ROUNDS 2000
#define SGI_COUNT 200
#define TIMER_TICKS 5
#define SGI 5
#define STACK_SIZE 8192
#define SHARED_ADDRESS 0x7000000000UL
#define SHARED_MEMORY 0x46000000UL

static _Alignas(16) unsigned char stacks[PROCESSORS][STACK_SIZE];
static volatile uint64_t received[PROCESSORS][PROCESSORS];
static volatile uint64_t ticks[PROCESSORS];
static volatile uint64_t early[PROCESSORS];
static uint64_t deadline[PROCESSORS];
static uint32_t lock;
static volatile uint64_t guarded;
static volatile uint64_t sent_by; /* who sends, under the lock */
static uint32_t ticket_next;
static uint32_t ticket_serving;
static volatile uint64_t last_holder[2];
static uint32_t arrived;
static volatile uint32_t generation;
static uint64_t added;

static uint64_t self(void)
{
    return read_register(mpidr_el1) & 0xFF;
}

static void take(uint32_t *word)
{
    uint32_t value, failed;
    __asm__ volatile("sevl\n"
                     "1: wfe\n"
                     "2: ldaxr %w0, [%2]\n"
                     "cbnz %w0, 1b\n"
                     "stxr %w1, %w3, [%2]\n"
                     "cbnz %w1, 2b"
                     : "=&r"(value), "=&r"(failed)
                     : "r"(word), "r"(1)
                     : "memory");
}

static void give(uint32_t *word)
{
    __asm__ volatile("stlr wzr, [%0]" ::"r"(word) : "memory");
}

static uint32_t fetch_add(uint32_t *word, uint32_t by)
{
    return __atomic_fetch_add(word, by, __ATOMIC_ACQ_REL);
}

static void meet(void)
{
    uint32_t now = generation;
    if (fetch_add(&arrived, 1) == PROCESSORS - 1) {
        arrived = 0;
        barrier();
        generation = now + 1;
        __asm__ volatile("dsb ish\n\tsev" ::: "memory");
    } else {
        while (generation == now) {
            __asm__ volatile("yield");
        }
        barrier();
    }
}

void exception(struct frame *frame, uint64_t source)
{
    uint64_t me = self();
    if (source != FROM_EL1_IRQ) {
        fail("processor %lu: exception %lu at 0x%lx, ESR_EL1 0x%lx", me, source, frame->elr, read_register(esr_el1));
    }
    unsigned interrupt = gic_acknowledge();
    if (interrupt == SGI) {
        received[me][sent_by]++;
    } else if (interrupt == timer_interrupt()) {
        if ((int64_t)(read_register(cntvct_el0) - deadline[me]) < 0) {
            early[me]++;
        }
        ticks[me]++;
        deadline[me] += read_register(cntfrq_el0) / 1000;
        timer_compare(deadline[me]);
        if (ticks[me] == TIMER_TICKS) {
            timer_control(0);
        }
        synchronize();
    } else if (interrupt != INTERRUPT_NONE) {
        fail("processor %lu: interrupt %lu", me, (uint64_t)interrupt);
    }
    if (interrupt != INTERRUPT_NONE) {
        gic_end(interrupt);
    }
}

/* Sleeps until the variable has the value. */
static void wait_for(volatile uint64_t *variable, uint64_t value)
{
    while (*variable < value) {
        wait_for_interrupt();
        unmask_interrupts();
        mask_interrupts();
    }
}

static void locks(void)
{
    for (int i = 0; i < ROUNDS; i++) {
        take(&lock);
        uint64_t value = guarded;
        __asm__ volatile("nop\n\tnop");
        guarded = value + 1;
        give(&lock);
        __atomic_fetch_add(&added, self() + 1, __ATOMIC_RELAXED);
    }
    meet();
    for (int i = 0; i < ROUNDS / 4; i++) {
        uint32_t mine = fetch_add(&ticket_next, 1);
        while (__atomic_load_n(&ticket_serving, __ATOMIC_ACQUIRE) != mine) {
            __asm__ volatile("yield");
        }
        last_holder[0] = mine;
        last_holder[1] += mine;
        __atomic_store_n(&ticket_serving, mine + 1, __ATOMIC_RELEASE);
    }
    meet();
}

/* Everybody writes words of one array that lie between the words of the others, then reads somebody else's. */
static void memory(void)
{
    uint64_t me = self();
    volatile uint64_t *shared = (uint64_t *)SHARED_ADDRESS;
    for (uint64_t i = me; i < 4096; i += PROCESSORS) {
        shared[i] = i * 0x9E3779B97F4A7C15UL;
    }
    meet();
    for (uint64_t i = (me + 1) % PROCESSORS; i < 4096; i += PROCESSORS) {
        uint64_t seen = *(volatile uint64_t *)(SHARED_MEMORY + i * sizeof(uint64_t));
        if (seen != i * 0x9E3779B97F4A7C15UL) {
            fail("processor %lu: word %lu is 0x%lx", me, i, seen);
        }
    }
    meet();
}

static void interrupts(void)
{
    uint64_t me = self();
    for (uint64_t sender = 0; sender < PROCESSORS; sender++) {
        if (me == sender) {
            sent_by = sender;
            barrier();
        }
        meet();
        for (uint64_t i = 1; i <= SGI_COUNT; i++) {
            if (me == sender) {
                for (uint64_t target = 0; target < PROCESSORS; target++) {
                    gic_send(SGI, target);
                }
            }
            wait_for(&received[me][sender], i);
            meet();
        }
    }
    deadline[me] = read_register(cntvct_el0) + read_register(cntfrq_el0) / 1000;
    timer_compare(deadline[me]);
    timer_control(1);
    synchronize();
    wait_for(&ticks[me], TIMER_TICKS);
    meet();
}

static void work(void)
{
    gic_init();
    gic_enable(SGI);
    gic_enable(timer_interrupt());
    meet();
    locks();
    memory();
    interrupts();
}

void secondary_main(void)
{
    translation_on();
    work();
    for (;;) {
        wait_for_interrupt();
    }
}

void program(void)
{
    for (uint64_t i = 1; i < PROCESSORS; i++) {
        uint64_t stack = (uint64_t)(stacks[i] + STACK_SIZE);
        int64_t result = (int64_t)firmware_call(PSCI_CPU_ON, i, (uint64_t)secondary_start, stack, 0, 0).x0;
        if (result != 0) {
            fail("CPU_ON of processor %lu returned 0x%lx", i, (uint64_t)result);
        }
    }
    work();
    print("guarded by the spinlock: %lu\n", guarded);
    print("added without a lock: %lu\n", added);
    print("tickets: last %lu, sum %lu\n", last_holder[0], last_holder[1]);
    for (uint64_t i = 0; i < PROCESSORS; i++) {
        print("processor %lu:", i);
        for (uint64_t j = 0; j < PROCESSORS; j++) {
            print(" %lu", received[i][j]);
        }
        print(" interrupts, %lu ticks, %lu of them early\n", ticks[i], early[i]);
    }
}

void guest_main(uint64_t device_tree)
{
    (void)device_tree;
    translation_build();
    translation_map(SHARED_ADDRESS, SHARED_MEMORY, MAP_NORMAL | MAP_NO_EXECUTE_EL0 | MAP_NO_EXECUTE_EL1);
    translation_on();
    program();
}
