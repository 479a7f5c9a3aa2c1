/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * How a call is made: instructions, control words, registers.
 */
#include "hyperv.h"

#define ALL_ONES (~0UL)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void fill(struct registers *registers)
{
    for (unsigned i = 0; i < 18; i++) {
        registers->x[i] = 0xABC000 + i;
    }
}

/* Whether nothing but X0 differs. */
static int kept(const struct registers *before, const struct registers *after)
{
    return memcmp(&before->x[1], &after->x[1], sizeof before->x - sizeof before->x[0]) == 0;
}

static void check_instructions(void)
{
    static const uint32_t functions[] = {0x8600FF00, 0x8600FFFF, 0x46000000, 0x46000002, 0xC6000001, 0x8400FFFF};
    for (unsigned i = 0; i < COUNT(functions); i++) {
        struct registers before, after;
        fill(&before);
        before.x[0] = functions[i];
        after = before;
        call_by_smccc(&after);
        int is_none = functions[i] == 0x8400FFFF ? (int32_t)after.x[0] == -1 : after.x[0] == ALL_ONES;
        check(is_none && kept(&before, &after), "HVC #0 with function 0x%x: not supported", functions[i]);
    }
    struct registers before, after;
    fill(&before);
    before.x[0] = HYPERCALL;
    after = before;
    call_by_unknown_tag(&after);
    check(after.x[0] == ALL_ONES && kept(&before, &after), "HVC #5: not supported");
    after = before;
    call_by_smc(&after);
    check(after.x[0] == ALL_ONES && kept(&before, &after), "SMC #0 with a hypercall: not supported");
    check(firmware_call(0x84000000, 0, 0, 0, 0, 0).x0 >= 0x10000, "HVC #0: PSCI_VERSION is 1.0 or later");
    check(firmware_call(0x80000000, 0, 0, 0, 0, 0).x0 >= 0x10001, "HVC #0: SMCCC_VERSION is 1.1 or later");
}

/* A simple call without parameters that matter, by one convention. */
static uint64_t result_of(enum convention by, uint64_t word)
{
    struct registers r = {{HYPERCALL, word, 1}};
    if (by == SMCCC) {
        call_by_smccc(&r);
    } else {
        r = (struct registers){{word, 1}};
        call_by_tag(&r);
    }
    return r.x[0];
}

static void check_control_words(enum convention by)
{
    unsigned hvc = (unsigned)by;
    const uint64_t spin = NOTIFY_LONG_SPIN_WAIT | FAST;
    const uint64_t list = GET_VP_REGISTERS | FAST;
    check_equal(result_of(by, spin), SUCCESS, "HVC #%u: NotifyLongSpinWait", hvc);
    for (unsigned bit = 17; bit < 64; bit++) {
        int counts = bit >= 32 && bit <= 43, starts = bit >= 48 && bit <= 59;
        const char *what = bit <= 26   ? "variable header"
                           : bit == 31 ? "nested"
                           : counts    ? "rep count of a simple call"
                           : starts    ? "rep start of a simple call"
                                       : "reserved";
        check_equal(STATUS(result_of(by, spin | 1UL << bit)), INVALID_INPUT, "HVC #%u: bit %u, %s", hvc, bit, what);
    }
    check_equal(STATUS(result_of(by, list)), INVALID_INPUT, "HVC #%u: a list without elements", hvc);
    check_equal(STATUS(result_of(by, list | REPS(1) | START(1))), INVALID_INPUT, "HVC #%u: a list that starts at its end", hvc);
    check_equal(STATUS(result_of(by, list | REPS(2) | START(0xFFF))), INVALID_INPUT, "HVC #%u: a list that starts behind its end", hvc);
    check_equal(STATUS(result_of(by, list | REPS(0xFFF) | START(0xFFE))), INVALID_INPUT,
                "HVC #%u: a list that does not fit into registers", hvc);
    check_equal(STATUS(result_of(by, list | REPS(1) | 1UL << 17)), INVALID_INPUT, "HVC #%u: a list with a variable header", hvc);
    check_equal(STATUS(result_of(by, POST_MESSAGE | FAST)), INVALID_INPUT, "HVC #%u: PostMessage does not fit into registers", hvc);
    static const uint16_t unknown[] = {0x00, 0x01, 0x4F, 0x52, 0xFF, 0x1234, 0x8000, 0xFFFF};
    for (unsigned i = 0; i < COUNT(unknown); i++) {
        check_equal(result_of(by, unknown[i] | FAST), INVALID_CODE, "HVC #%u: call 0x%x is none", hvc, (unsigned)unknown[i]);
    }
    static const uint16_t denied[] = {0x0D, 0x11, 0x4D, 0x94, 0x99, 0xBD, 0xC0, 0xC1, 0x8001};
    for (unsigned i = 0; i < COUNT(denied); i++) {
        check_equal(result_of(by, denied[i]), ACCESS_DENIED, "HVC #%u: call 0x%x is denied", hvc, (unsigned)denied[i]);
    }
    uint64_t identity = result_of(by, GET_PARTITION_ID | FAST);
    if (MAY(MAY_READ_PARTITION)) {
        check_equal(identity, SUCCESS, "HVC #%u: GetPartitionId", hvc);
    } else {
        check_equal(identity, ACCESS_DENIED, "HVC #%u: GetPartitionId is denied", hvc);
    }
}

/* Two names a register, the first in the lower half. */
static void name_by_turns(struct registers *registers, unsigned first, unsigned count, const uint32_t *names, unsigned kinds)
{
    for (unsigned i = 0; i < count; i++) {
        uint64_t shifted = (uint64_t)names[i % kinds] << (i % 2 * 32);
        registers->x[first + i / 2] = i % 2 == 0 ? shifted : registers->x[first + i / 2] | shifted;
    }
}

static const uint32_t known[] = {GUEST_OS_ID, VP_INDEX, PRIVILEGES};

static int is_value(uint64_t low, uint64_t high, unsigned index)
{
    return index % 3 == 0   ? low == OS_ID && high == 0
           : index % 3 == 1 ? low == 0 && high == 0
                            : low == privileges && high == features;
}

static void check_get_in_registers(enum convention by)
{
    unsigned hvc = (unsigned)by;
    unsigned input = by == SMCCC ? 2 : 1;
    for (unsigned count = 1; count <= 6; count++) {
        struct registers before, after;
        fill(&before);
        before.x[0] = HYPERCALL;
        before.x[by == SMCCC ? 1 : 0] = GET_VP_REGISTERS | FAST | REPS(count);
        before.x[input] = SELF_PARTITION;
        before.x[input + 1] = SELF_VP;
        name_by_turns(&before, input + 2, count, known, 3);
        if (count == 1) {
            before.x[input + 2] |= 0xEEEEEEEEUL << 32; /* as Linux leaves what is on its stack */
        }
        after = before;
        if (by == SMCCC) {
            call_by_smccc(&after);
        } else {
            call_by_tag(&after);
        }
        if (count == 6) {
            check_equal(STATUS(after.x[0]), INVALID_INPUT, "HVC #%u: get of 6 does not fit", hvc);
            continue;
        }
        check_equal(after.x[0], REPS(count), "HVC #%u: get of %u", hvc, count);
        unsigned pairs = (16 + 4 * count + 15) / 16;
        unsigned output = by == SMCCC ? 2 + 2 * pairs : 17 - 2 * count;
        int right = 1, rest = 1;
        for (unsigned i = 0; i < count; i++) {
            right &= is_value(after.x[output + 2 * i], after.x[output + 2 * i + 1], i);
        }
        for (unsigned i = by == SMCCC ? 2 : 1; i < 18; i++) {
            rest &= (i >= output && i < output + 2 * count) || after.x[i] == before.x[i];
        }
        check(right, "HVC #%u: values of %u from X%u", hvc, count, output);
        check(rest, "HVC #%u: get of %u keeps the other registers", hvc, count);
        if (by == SMCCC) {
            check_equal(after.x[1], before.x[1] | START(count), "HVC #0: get of %u says in X1 where it ended", count);
        }
    }
}

static void check_set_in_registers(enum convention by)
{
    unsigned hvc = (unsigned)by;
    unsigned input = by == SMCCC ? 2 : 1;
    for (unsigned count = 1; count <= 4; count++) {
        struct registers r;
        fill(&r);
        r.x[0] = HYPERCALL;
        r.x[by == SMCCC ? 1 : 0] = SET_VP_REGISTERS | FAST | REPS(count);
        r.x[input] = SELF_PARTITION;
        r.x[input + 1] = SELF_VP;
        for (unsigned i = 0; i < count && i < 3; i++) {
            uint64_t *element = &r.x[input + 2 + 4 * i];
            element[0] = SINT0 + 4 + i;
            element[1] = 0;
            element[2] = MASKED | (0x30UL + 0x10 * count + i);
            element[3] = 0;
        }
        struct registers before = r;
        if (by == SMCCC) {
            call_by_smccc(&r);
        } else {
            call_by_tag(&r);
        }
        if (count == 4) {
            check_equal(STATUS(r.x[0]), INVALID_INPUT, "HVC #%u: set of 4 does not fit", hvc);
            continue;
        }
        check_equal(r.x[0], REPS(count), "HVC #%u: set of %u", hvc, count);
        check(memcmp(&r.x[2], &before.x[2], 16 * 8) == 0, "HVC #%u: set of %u keeps the registers", hvc, count);
        int right = 1;
        for (unsigned i = 0; i < count; i++) {
            right &= value_of(SINT0 + 4 + i) == (MASKED | (0x30UL + 0x10 * count + i));
        }
        check(right, "HVC #%u: the %u have their values", hvc, count);
    }
    for (unsigned i = 0; i < 3; i++) {
        set(SINT0 + 4 + i, MASKED);
    }
}

/* A list that begins in the middle, and one with an element that is wrong. */
static void check_parts(void)
{
    struct registers r;
    fill(&r);
    r.x[0] = HYPERCALL;
    r.x[1] = GET_VP_REGISTERS | FAST | REPS(3) | START(1);
    r.x[2] = SELF_PARTITION;
    r.x[3] = SELF_VP;
    name_by_turns(&r, 4, 3, known, 3);
    struct registers before = r;
    call_by_smccc(&r);
    check_equal(r.x[0], REPS(3), "a list of 3 from its second element");
    check(r.x[6] == before.x[6] && r.x[7] == before.x[7], "its first element is left alone");
    check(is_value(r.x[8], r.x[9], 1) && is_value(r.x[10], r.x[11], 2), "the others have their values");
    static const uint32_t wrong[] = {GUEST_OS_ID, VP_INDEX, 0x7777};
    r = before;
    r.x[1] = GET_VP_REGISTERS | FAST | REPS(3);
    name_by_turns(&r, 4, 3, wrong, 3);
    call_by_smccc(&r);
    check_equal(r.x[0], REPS(2) | UNKNOWN_REGISTER, "a list of 3 with a wrong third element");
    check(is_value(r.x[6], r.x[7], 0) && is_value(r.x[8], r.x[9], 1), "the two before have their values");
    check(r.x[10] == before.x[10] && r.x[11] == before.x[11], "the third has none");
    check_equal(r.x[1], GET_VP_REGISTERS | FAST | REPS(3) | START(2), "X1 says where it ended");
}

void check_words(void)
{
    area("calls");
    check_instructions();
    for (enum convention by = SMCCC; by <= TAG; by++) {
        check_control_words(by);
        check_get_in_registers(by);
        check_set_in_registers(by);
    }
    check_parts();
    check_equal(count_changed(GET_VP_REGISTERS | FAST | REPS(1), SELF_PARTITION, SELF_VP, GUEST_OS_ID), 0,
                "X18 to X30, SP and NZCV after a get");
    check_equal(count_changed(0x7FFF, 1, 2, 3), 0, "the same after a call that is none");
    check_equal(count_changed(POST_MESSAGE, 1, 0, 0), 0, "the same after a call with a bad address");
}
