/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reference time, by register and by page: hyperv_clock of kvm-unit-tests.
 */
#include "hyperv.h"

#define ROUNDS 50

static _Alignas(4096) struct {
    volatile uint32_t sequence, reserved;
    volatile uint64_t scale;
    volatile int64_t offset;
    volatile uint64_t rest[509];
} page;

/* As a guest has to read it; 0 if the page is not valid. */
static uint64_t page_time(void)
{
    for (;;) {
        uint32_t sequence = page.sequence;
        if (sequence == 0) {
            return 0;
        }
        barrier();
        uint64_t time = (uint64_t)((unsigned __int128)now() * page.scale >> 64) + (uint64_t)page.offset;
        barrier();
        if (page.sequence == sequence) {
            return time;
        }
    }
}

static uint64_t do_read(uint64_t a, uint64_t b)
{
    return a + b + value_of(REFERENCE_COUNT);
}

static uint64_t do_read_page(uint64_t a, uint64_t b)
{
    return a + b + page_time();
}

static void check_counter(void)
{
    uint64_t before = value_of(REFERENCE_COUNT), back = 0;
    for (unsigned i = 0; i < ROUNDS * machine.cpus; i++) {
        uint64_t after = there(i % machine.cpus, do_read, 0, 0);
        back += after <= before;
        before = after;
    }
    check_equal(back, 0, "the counter grows, from processor to processor");
    uint64_t begin = value_of(REFERENCE_COUNT), ticks = now();
    while (now() - ticks < 10 * millisecond()) {
    }
    uint64_t passed = value_of(REFERENCE_COUNT) - begin;
    check(passed >= 100000 && passed < 110000, "in 10 ms of the system counter it counts 100000, and a little");
}

void check_clock(void)
{
    area("clock");
    if (!MAY(MAY_READ_COUNTER)) {
        skip("the host has no reference counter");
        return;
    }
    check_counter();
    if (!MAY(MAY_READ_TSC_PAGE)) {
        check_equal(get(REFERENCE_TSC).status, ACCESS_DENIED, "the reference page is denied");
        return;
    }
    const uint64_t at = (uint64_t)&page;
    page.sequence = 0x5A5A;
    page.rest[508] = 0x5A5A;
    barrier();
    check_equal(value_of(REFERENCE_TSC), 0, "the page is off at first");
    check_equal(set(REFERENCE_TSC, at | 1), SUCCESS, "the page at a place");
    check_equal(value_of(REFERENCE_TSC), at | 1, "its register reads as written");
    barrier();
    check(page.sequence != 0 && page.sequence != 0xFFFFFFFF && page.sequence != 0x5A5A, "the page is valid");
    check(page.scale != 0, "it has a scale");
    uint64_t outside = 0, back = 0, last = 0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint64_t first = page_time();
        uint64_t counter = value_of(REFERENCE_COUNT);
        uint64_t second = page_time();
        outside += counter < first || counter > second;
    }
    check_equal(outside, 0, "the counter is between two readings of the page");
    for (unsigned i = 0; i < ROUNDS * machine.cpus; i++) {
        uint64_t time = there(i % machine.cpus, do_read_page, 0, 0);
        back += time < last;
        last = time;
    }
    check_equal(back, 0, "the page does not go back, from processor to processor");
    if (machine.cpus > 1) {
        struct value seen = {0};
        seen.low = there(machine.cpus - 1, do_read, 0, 0);
        check(seen.low >= last, "nor behind the counter of another processor");
    }
    check_equal(set(REFERENCE_TSC, machine.ram_end | 1), INVALID_PARAMETER, "the page behind RAM");
    check_equal(value_of(REFERENCE_TSC), at | 1, "it is where it was");
    check_equal(set(REFERENCE_TSC, at), SUCCESS, "the page off");
    check_equal(value_of(REFERENCE_TSC), at, "its register reads with bit 0 clear");
    barrier();
    check(page.sequence == 0x5A5A && page.rest[508] == 0x5A5A, "memory is back");
    check_equal(set(REFERENCE_TSC, 0), SUCCESS, "the register is 0 again");
    check_equal(value_of(REFERENCE_TSC), 0, "and reads so");
}
