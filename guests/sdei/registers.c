/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a handler finds in registers, and what the interrupted code finds afterwards.
 */
#include "sdei.h"

/* Bits of PSTATE that every processor here has: NZCV, PAN, SS, IL, DAIF, M. */
#define PSTATE_BITS 0xF07003DFUL

static uint64_t contexts[18];
static int resumes;

static void look(void)
{
    for (unsigned n = 0; n < 18; n++) {
        contexts[n] = call(EVENT_CONTEXT, n, 0, 0, 0, 0);
    }
    if (resumes) {
        leave_handler(SDEI_FUNCTION(EVENT_COMPLETE_AND_RESUME), (uint64_t)resumed_here);
    }
}

static void one(const char *name, int resuming)
{
    clean();
    resumes = resuming;
    in_handler = look;
    call(EVENT_REGISTER, 0, (uint64_t)event_entry, 0xFEDCBA9876543210UL, 0, 0);
    call(EVENT_ENABLE, 0, 0, 0, 0, 0);
    call(PE_UNMASK, 0, 0, 0, 0, 0);
    write_register(elr_el1, 0x1234560);
    write_register(spsr_el1, 0x3C5);
    signal_marked(0, read_register(mpidr_el1) & MPIDR_AFFINITY);
    print("%s: X0 0x%lx X1 0x%lx, interrupted at +0x%lx in 0x%lx, X4 0x%lx X5 0x%lx\n", name, entered[0], entered[1],
          entered[2] - (uint64_t)signalled_here, entered[3] & PSTATE_BITS, entered[4], entered[5]);
    print("%s: in the handler ELR 0x%lx SPSR 0x%lx DAIF 0x%lx SPSel %lu\n", name, entered[6], entered[7] & PSTATE_BITS,
          entered[8], entered[9]);
    for (unsigned n = 0; n < 18; n++) {
        print("%s: context %lu is 0x%lx\n", name, (uint64_t)n, contexts[n]);
    }
    if (resuming) {
        print("%s: resumed with ELR +0x%lx SPSR 0x%lx DAIF 0x%lx SPSel %lu CurrentEL 0x%lx\n", name,
              resumed[0] - (uint64_t)signalled_here, resumed[1] & PSTATE_BITS, resumed[2], resumed[3], resumed[4]);
    } else {
        print("%s: afterwards ELR 0x%lx SPSR 0x%lx\n", name, read_register(elr_el1), read_register(spsr_el1) & PSTATE_BITS);
    }
    print("%s: afterwards X0 0x%lx X4 0x%lx X17 0x%lx NZCV 0x%lx\n", name, after[0], after[2], after[3], after[4]);
}

void registers(void)
{
    one("complete", 0);
    one("resume", 1);
    clean();
}
