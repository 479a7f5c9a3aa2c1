/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "xen.h"

volatile uint64_t resume_at, caught, caught_syndrome, caught_address, caught_state;
volatile uint64_t taken[MAX_CPUS];

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

void exception(struct frame *frame, uint64_t source)
{
    if (source == FROM_EL1_IRQ) {
        unsigned cpu = this_cpu();
        infos[cpu].info.pending = 0;
        shared.first.pending = cpu == 0 ? 0 : shared.first.pending;
        barrier();
        take_interrupt();
        taken[cpu]++;
        return;
    }
    if (source != FROM_EL1_SYNC || resume_at == 0) {
        fail("unexpected exception %lu at 0x%lx, ESR_EL1 0x%lx, FAR_EL1 0x%lx", source, frame->elr,
             read_register(esr_el1), read_register(far_el1));
    }
    caught = 1;
    caught_syndrome = read_register(esr_el1);
    caught_address = frame->elr;
    caught_state = frame->spsr;
    frame->elr = resume_at;
    resume_at = 0;
}

uint32_t try_load(uint64_t address)
{
    uint32_t value = 0;
    caught = 0;
    __asm__ volatile("adr x9, 1f\n\t"
                     "str x9, [%2]\n\t"
                     "ldr %w0, [%1]\n"
                     "1:"
                     : "+r"(value)
                     : "r"(address), "r"(&resume_at)
                     : "x9", "memory");
    resume_at = 0;
    return value;
}
