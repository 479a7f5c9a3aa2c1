/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Four processors with the MMU on: a counter under a lock, a counter by atomic additions, interrupts between
 * processors, timer interrupts.
 */
#include "program.h"

#define PROCESSORS 4
#define ROUNDS 2000
#define SGI 5
#define TICKS 5
#define STACK_SIZE 8192

static _Alignas(16) unsigned char stacks[PROCESSORS][STACK_SIZE];
static volatile uint32_t lock;
static volatile uint64_t under_lock;
static uint64_t added;
static uint64_t online;
static uint64_t finished;
static volatile uint64_t signalled[PROCESSORS];
static volatile uint64_t ticks[PROCESSORS];

static uint64_t self(void)
{
    return read_register(mpidr_el1) & MPIDR_AFFINITY;
}

static void acquire(void)
{
    while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE) != 0) {
        __asm__ volatile("yield");
    }
}

static void release(void)
{
    __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
}

void exception(struct frame *frame, uint64_t source)
{
    if (source != FROM_EL1_IRQ) {
        fail("processor %lu: unexpected exception %lu at 0x%lx, ESR_EL1 0x%lx", self(), source, frame->elr,
             read_register(esr_el1));
    }
    unsigned interrupt = gic_acknowledge();
    if (interrupt == SGI) {
        signalled[self()]++;
    } else if (interrupt == timer_interrupt()) {
        ticks[self()]++;
        if (ticks[self()] < TICKS) {
            timer_compare(read_register(cntvct_el0) + 1000);
        } else {
            timer_control(0);
        }
    }
    if (interrupt != INTERRUPT_NONE) {
        gic_end(interrupt);
    }
}

static void work(void)
{
    gic_init();
    gic_enable(SGI);
    gic_enable(timer_interrupt());
    timer_compare(read_register(cntvct_el0) + 1000);
    timer_control(1);
    __atomic_add_fetch(&online, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&online, __ATOMIC_SEQ_CST) < PROCESSORS) {
        __asm__ volatile("yield");
    }
    unmask_interrupts();
    for (uint64_t i = 0; i < ROUNDS; i++) {
        acquire();
        under_lock++;
        release();
        __atomic_add_fetch(&added, i, __ATOMIC_RELAXED);
    }
    gic_send(SGI, (self() + 1) % PROCESSORS);
    while (signalled[self()] == 0 || ticks[self()] < TICKS) {
        wait_for_interrupt();
    }
    mask_interrupts();
    __atomic_add_fetch(&finished, 1, __ATOMIC_SEQ_CST);
}

void secondary_main(void)
{
    mmu_enable();
    work();
}

void program(void)
{
    for (uint64_t i = 1; i < PROCESSORS; i++) {
        uint64_t stack = (uint64_t)(stacks[i] + STACK_SIZE);
        uint64_t result = firmware_call(PSCI_CPU_ON, i, (uint64_t)secondary_start, stack, 0, 0).x0;
        if (result != 0) {
            fail("CPU_ON of processor %lu returned 0x%lx", i, result);
        }
    }
    work();
    while (__atomic_load_n(&finished, __ATOMIC_SEQ_CST) < PROCESSORS) {
        __asm__ volatile("yield");
    }
    print("parallel: %lu under the lock, %lu added\n", under_lock, added);
    for (uint64_t i = 0; i < PROCESSORS; i++) {
        print("parallel: processor %lu: %lu signals, %lu ticks\n", i, signalled[i], ticks[i]);
    }
}
