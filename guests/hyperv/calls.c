/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Hypercalls as Linux makes them, and the same by HVC #1.
 */
#include "hyperv.h"

uint64_t privileges, features;

uint64_t call_in_memory(uint64_t word, uint64_t input, uint64_t output)
{
    struct registers r = {{HYPERCALL, word, input, output}};
    call_by_smccc(&r);
    return r.x[0];
}

/* By HVC #0 parameters begin in X2, by HVC #1 in X1. */
static void call_by(enum convention convention, struct registers *registers, uint64_t word)
{
    if (convention == SMCCC) {
        registers->x[0] = HYPERCALL;
        registers->x[1] = word;
        call_by_smccc(registers);
    } else {
        registers->x[0] = word;
        call_by_tag(registers);
    }
}

struct value get_by(enum convention convention, uint32_t name)
{
    struct registers r = {{0}};
    unsigned first = convention == SMCCC ? 2 : 1;
    /* Pairs count from X2, or from X1; one value goes after the input, or is the last pair. */
    unsigned output = convention == SMCCC ? 6 : 15;
    r.x[first] = SELF_PARTITION;
    r.x[first + 1] = SELF_VP;
    r.x[first + 2] = name;
    call_by(convention, &r, GET_VP_REGISTERS | FAST | REPS(1));
    return (struct value){STATUS(r.x[0]), r.x[output], r.x[output + 1]};
}

uint64_t set_by(enum convention convention, uint32_t name, uint64_t low)
{
    struct registers r = {{0}};
    unsigned first = convention == SMCCC ? 2 : 1;
    r.x[first] = SELF_PARTITION;
    r.x[first + 1] = SELF_VP;
    r.x[first + 2] = name;
    r.x[first + 4] = low;
    call_by(convention, &r, SET_VP_REGISTERS | FAST | REPS(1));
    return STATUS(r.x[0]);
}

struct value get(uint32_t name)
{
    return get_by(SMCCC, name);
}

uint64_t set(uint32_t name, uint64_t low)
{
    return set_by(SMCCC, name, low);
}

uint64_t value_of(uint32_t name)
{
    struct value value = get(name);
    if (value.status != SUCCESS) {
        fail("register 0x%lx cannot be read: status 0x%lx", (uint64_t)name, value.status);
    }
    return value.low;
}
