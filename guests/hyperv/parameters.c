/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Calls with their parameters in memory: where they may be, and lists.
 */
#include "hyperv.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* 16 bytes of header and 4 for each name; 16 for each value: as much as a page has. */
#define MOST_VALUES 256

struct get_input {
    uint64_t partition;
    uint64_t vp;
    uint32_t names[1000];
};
union page {
    struct get_input get;
    struct value_pair {
        uint64_t low, high;
    } values[MOST_VALUES];
    uint64_t words[PAGE / 8];
};
static _Alignas(4096) union page input;
static _Alignas(4096) union page output;

static void prepare(unsigned count)
{
    memset(&input, 0xEE, sizeof input);
    memset(&output, 0xEE, sizeof output);
    input.get.partition = SELF_PARTITION;
    input.get.vp = SELF_VP;
    for (unsigned i = 0; i < count; i++) {
        input.get.names[i] = i % 2 == 0 ? GUEST_OS_ID : VP_INDEX;
    }
    barrier();
}

static int untouched(unsigned from)
{
    for (unsigned i = from; i < MOST_VALUES; i++) {
        if (output.values[i].low != 0xEEEEEEEEEEEEEEEEUL || output.values[i].high != 0xEEEEEEEEEEEEEEEEUL) {
            return 0;
        }
    }
    return 1;
}

/* Whether elements are what they are to be. */
static int right(unsigned from, unsigned to)
{
    barrier();
    for (unsigned i = from; i < to; i++) {
        if (output.values[i].low != (i % 2 == 0 ? OS_ID : 0) || output.values[i].high != 0) {
            return 0;
        }
    }
    return 1;
}

#define GET(count) (GET_VP_REGISTERS | REPS(count))

void check_memory(void)
{
    const uint64_t in = (uint64_t)&input, out = (uint64_t)&output;
    struct {
        uint64_t in, out;
        uint64_t status;
        const char *text;
    } places[] = {
        {in, out, SUCCESS, "two pages"},
        {in + 8, out + 8, INVALID_INPUT, 0},
        {in + 4, out, INVALID_ALIGNMENT, "input at 4 of 8 bytes"},
        {in + 1, out, INVALID_ALIGNMENT, "input at 1 of 8 bytes"},
        {in, out + 4, INVALID_ALIGNMENT, "output at 4 of 8 bytes"},
        {in, out + 15, INVALID_ALIGNMENT, "output at 7 of 8 bytes"},
        {in + PAGE - 16, out, INVALID_ALIGNMENT, "input across the end of a page"},
        {in + PAGE - 8, out, INVALID_ALIGNMENT, "input whose header crosses the end of a page"},
        {in, out + PAGE - 8, INVALID_ALIGNMENT, "output across the end of a page"},
        {0x10000000, out, INVALID_INPUT, "input where nothing is"},
        {in, 0x10000000, INVALID_INPUT, "output where nothing is"},
        {0x09000000, out, INVALID_INPUT, "input in a device"},
        {in, 0x09000000, INVALID_INPUT, "output in a device"},
        {machine.ram_end, out, INVALID_INPUT, "input behind RAM"},
        {in, machine.ram_end, INVALID_INPUT, "output behind RAM"},
        {0, out, INVALID_INPUT, "input at 0"},
        {~0UL - 0xFFF, out, INVALID_INPUT, "input in the last page that there is"},
        {~0UL - 7, out, INVALID_ALIGNMENT, "input across the end of all addresses"},
        {in | 1UL << 48, out, INVALID_INPUT, "input with bit 48"},
        {in | 1UL << 63, out, INVALID_INPUT, "input with bit 63"},
    };
    area("memory");
    for (unsigned i = 0; i < COUNT(places); i++) {
        if (places[i].text == 0) {
            continue;
        }
        for (enum convention by = SMCCC; by <= TAG; by++) {
            prepare(1);
            struct registers r = {{HYPERCALL, GET(1), places[i].in, places[i].out}};
            if (by == SMCCC) {
                call_by_smccc(&r);
            } else {
                r = (struct registers){{GET(1), places[i].in, places[i].out}};
                call_by_tag(&r);
            }
            int good = places[i].status == SUCCESS;
            check_equal(r.x[0], good ? REPS(1) : places[i].status, "HVC #%u: %s", (unsigned)by, places[i].text);
            check(good ? right(0, 1) && untouched(1) : untouched(0), "HVC #%u: %s: what is written", (unsigned)by, places[i].text);
        }
    }
    prepare(1);
    input.words[0] = 0;
    check_equal(call_in_memory(NOTIFY_LONG_SPIN_WAIT, in, 0x123), SUCCESS, "a call without output does not look for it");
    check_equal(call_in_memory(NOTIFY_LONG_SPIN_WAIT, in + PAGE - 8, 0), SUCCESS, "the last 8 bytes of a page");
    check_equal(call_in_memory(NOTIFY_LONG_SPIN_WAIT, in + 2, 0), INVALID_ALIGNMENT, "8 bytes that are not aligned");
    if (MAY(MAY_READ_PARTITION)) {
        check_equal(call_in_memory(GET_PARTITION_ID, 0x123, out), SUCCESS, "a call without input does not look for it");
    }
    check_equal(STATUS(call_in_memory(POST_MESSAGE, in + 4, 0)), INVALID_ALIGNMENT, "PostMessage at 4 of 8 bytes");
    check_equal(STATUS(call_in_memory(POST_MESSAGE, in + PAGE - 248, 0)), INVALID_ALIGNMENT, "PostMessage across a page");
    check_equal(STATUS(call_in_memory(POST_MESSAGE, 0x10000000, 0)), INVALID_INPUT, "PostMessage from nowhere");
}

static void check_list(unsigned count, unsigned start)
{
    prepare(count);
    struct registers r = {{HYPERCALL, GET(count) | START(start), (uint64_t)&input, (uint64_t)&output}};
    call_by_smccc(&r);
    check_equal(r.x[0], REPS(count), "get of %u in memory, from element %u", count, start);
    check_equal(r.x[1], GET(count) | START(count), "X1 says that it is at its end");
    int before = 1;
    for (unsigned i = 0; i < start; i++) {
        before &= output.values[i].low == 0xEEEEEEEEEEEEEEEEUL;
    }
    check(before && right(start, count) && untouched(count), "values of %u, from element %u, and no others", count, start);
}

void check_lists(void)
{
    area("lists");
    check_list(2, 0);
    check_list(7, 5);
    check_list(64, 0);
    check_list(65, 0);
    check_list(200, 0);
    check_list(MOST_VALUES, 0);
    check_list(MOST_VALUES, MOST_VALUES - 1);
    prepare(MOST_VALUES + 1);
    check_equal(call_in_memory(GET(MOST_VALUES + 1), (uint64_t)&input, (uint64_t)&output), INVALID_ALIGNMENT,
                "get of more than a page has room for");
    prepare(4095 < COUNT(input.get.names) ? 0 : 1);
    check_equal(call_in_memory(GET(4095), (uint64_t)&input, (uint64_t)&output), INVALID_ALIGNMENT, "get of 4095");
    check(untouched(0), "neither writes anything");
    static const unsigned failing[] = {0, 1, 63, 64, 150};
    for (unsigned i = 0; i < COUNT(failing); i++) {
        prepare(200);
        input.get.names[failing[i]] = 0x7777;
        barrier();
        struct registers r = {{HYPERCALL, GET(200), (uint64_t)&input, (uint64_t)&output}};
        call_by_smccc(&r);
        check_equal(r.x[0], REPS(failing[i]) | UNKNOWN_REGISTER, "get of 200, of which element %u is wrong", failing[i]);
        check(right(0, failing[i]) && untouched(failing[i]), "values of %u, and no others", failing[i]);
    }
    /* A list of sets: those before the wrong one are done. */
    prepare(0);
    static const uint32_t names[] = {SINT0 + 4, SINT0 + 5, VP_INDEX, SINT0 + 6};
    for (unsigned i = 0; i < 4; i++) {
        input.words[2 + 4 * i] = names[i];
        input.words[4 + 4 * i] = MASKED | (0x70 + i);
        input.words[5 + 4 * i] = 0;
    }
    barrier();
    uint64_t result = call_in_memory(SET_VP_REGISTERS | REPS(4), (uint64_t)&input, 0);
    check(COMPLETED(result) == 2 && STATUS(result) != SUCCESS, "set of 4, of which the third is wrong");
    check(value_of(SINT0 + 4) == (MASKED | 0x70) && value_of(SINT0 + 5) == (MASKED | 0x71), "the two before are done");
    check_equal(value_of(SINT0 + 6), MASKED, "the one after is not");
    set(SINT0 + 4, MASKED);
    set(SINT0 + 5, MASKED);
}
