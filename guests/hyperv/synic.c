/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The synthetic interrupt controller of each processor: its registers, and what Linux does with them (hyperv.md 7.3).
 */
#include "hyperv.h"

#define ENABLE 1UL
#define LOW_BITS 0xFFEUL
#define VECTOR 0xFFUL

_Alignas(4096) struct message_page message_pages[MAX_CPUS];
_Alignas(4096) struct flag_page flag_pages[MAX_CPUS];

_Static_assert(sizeof(struct message_page) == PAGE && sizeof(struct flag_page) == PAGE, "both are pages");

/* The number of calls that failed. */
static uint64_t change(uint32_t name, uint64_t kept, uint64_t added)
{
    struct value value = get(name);
    return (value.status != SUCCESS) + (set(name, (value.low & kept) | added) != SUCCESS);
}

uint64_t open_source(unsigned source, unsigned interrupt, uint64_t more)
{
    gic_make_edge(interrupt);
    gic_enable(interrupt);
    return change(SINT0 + source, ~(VECTOR | MASKED | AUTO_EOI), interrupt | more);
}

uint64_t synic_enable(void)
{
    unsigned cpu = this_cpu();
    uint64_t failed = change(SIMP, LOW_BITS, (uint64_t)&message_pages[cpu] | ENABLE);
    failed += change(SIEFP, LOW_BITS, (uint64_t)&flag_pages[cpu] | ENABLE);
    failed += open_source(BUS_SOURCE, BUS_INTERRUPT, 0);
    return failed + change(SCONTROL, ~ENABLE, ENABLE);
}

uint64_t synic_disable(void)
{
    uint64_t failed = change(SINT0 + BUS_SOURCE, ~0UL, MASKED);
    failed += change(SIMP, LOW_BITS, 0);
    failed += change(SIEFP, LOW_BITS, 0);
    failed += change(SCONTROL, ~ENABLE, 0);
    gic_disable(BUS_INTERRUPT);
    return failed;
}

int release(struct message *slot)
{
    slot->type = 0;
    barrier();
    int more = slot->flags & 1;
    if (more) {
        set(EOM, 0);
    }
    return more;
}

int clear_flag(unsigned cpu, unsigned source, unsigned flag)
{
    uint32_t bit = 1u << flag % 32;
    return (__atomic_fetch_and(&flag_pages[cpu].word[source][flag / 32], ~bit, __ATOMIC_ACQ_REL) & bit) != 0;
}

int flag_is_set(unsigned cpu, unsigned source, unsigned flag)
{
    barrier();
    return flag_pages[cpu].word[source][flag / 32] >> flag % 32 & 1;
}

uint64_t payload64(const struct message *slot, unsigned at)
{
    return *(const volatile uint64_t *)&slot->payload[at];
}

uint32_t payload32(const struct message *slot, unsigned at)
{
    return *(const volatile uint32_t *)&slot->payload[at];
}

/* ---- checks ----------------------------------------------------------------------------------- */

static uint64_t do_count_reset_values(uint64_t a, uint64_t b)
{
    uint64_t wrong = (value_of(SCONTROL) != 0) + (value_of(SIEFP) != 0) + (value_of(SIMP) != 0) + (value_of(EOM) != a + b);
    for (unsigned i = 0; i < SOURCES; i++) {
        wrong += value_of(SINT0 + i) != MASKED;
    }
    return wrong + (value_of(SVERSION) != 1);
}

/* Which of the 256 vectors can be used unmasked, as a mask of those that may be and a count of all. */
static uint64_t do_vectors(uint64_t source, uint64_t b)
{
    uint64_t usable = b;
    for (unsigned vector = 0; vector < 256; vector++) {
        uint64_t status = set(SINT0 + (uint32_t)source, vector);
        int took = value_of(SINT0 + (uint32_t)source) == vector;
        if (status == SUCCESS && took && vector < 32) {
            usable |= 1UL << vector;
        } else if (status != INVALID_PARAMETER || took) {
            usable |= 1UL << 63;
        }
        set(SINT0 + (uint32_t)source, MASKED);
        if (set(SINT0 + (uint32_t)source, MASKED | vector) != SUCCESS || value_of(SINT0 + (uint32_t)source) != (MASKED | vector)) {
            usable |= 1UL << 62;
        }
        set(SINT0 + (uint32_t)source, MASKED);
    }
    return usable;
}

static uint64_t do_mark(uint64_t mark, uint64_t b)
{
    uint64_t failed = set(SIMP, mark << 12 | b) + set(SIEFP, mark << 13 | b) + set(SCONTROL, mark << 1);
    for (unsigned i = 0; i < SOURCES; i++) {
        failed += set(SINT0 + i, mark << 32 | MASKED | (mark + i));
    }
    return failed;
}

static uint64_t do_count_marks(uint64_t mark, uint64_t b)
{
    uint64_t wrong = (value_of(SIMP) != (mark << 12 | b)) + (value_of(SIEFP) != (mark << 13 | b)) + (value_of(SCONTROL) != mark << 1);
    for (unsigned i = 0; i < SOURCES; i++) {
        wrong += value_of(SINT0 + i) != (mark << 32 | MASKED | (mark + i));
    }
    return wrong;
}

static uint64_t do_clear(uint64_t a, uint64_t b)
{
    uint64_t failed = set(SIMP, a) + set(SIEFP, b) + set(SCONTROL, 0);
    for (unsigned i = 0; i < SOURCES; i++) {
        failed += set(SINT0 + i, MASKED);
    }
    return failed;
}

static uint64_t do_enable(uint64_t a, uint64_t b)
{
    return a + b + synic_enable();
}

/* Reads what it has set up. */
static uint64_t do_count_enabled(uint64_t cpu, uint64_t b)
{
    return b + (value_of(SIMP) != ((uint64_t)&message_pages[cpu] | ENABLE)) + (value_of(SIEFP) != ((uint64_t)&flag_pages[cpu] | ENABLE))
           + (value_of(SINT0 + BUS_SOURCE) != BUS_INTERRUPT) + (value_of(SCONTROL) != ENABLE);
}

static int pages_are_zero(unsigned cpu)
{
    barrier();
    const volatile uint64_t *messages = (const volatile uint64_t *)&message_pages[cpu];
    const volatile uint64_t *flags = (const volatile uint64_t *)&flag_pages[cpu];
    for (unsigned i = 0; i < PAGE / 8; i++) {
        if (messages[i] != 0 || flags[i] != 0) {
            return 0;
        }
    }
    return 1;
}

static void check_bits(void)
{
    static const uint64_t values[] = {0xFFFFFFFFFFFFFFFFUL, 0xAAAAAAAAAAABAAAAUL, 0x123456789ABDEF00UL, MASKED | AUTO_EOI,
                                      MASKED | POLLING, MASKED | 1UL << 19, MASKED | 1UL << 20};
    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
        set(SINT0 + 7, values[i]);
        check_equal(value_of(SINT0 + 7), values[i], "SINT7 keeps 0x%lx", values[i]);
    }
    check_equal(set(SINT0 + 7, MASKED), SUCCESS, "SINT7 masked");
    check_equal(set(EOM, 0x1234), SUCCESS, "EOM with a value");
    check_equal(value_of(EOM), 0, "EOM reads 0");
    check(set(SVERSION, 2) != SUCCESS && value_of(SVERSION) == 1, "SVERSION stays 1");
}

void check_synic(void)
{
    area("synic");
    for (unsigned i = 0; i < machine.cpus; i++) {
        check_equal(there(i, do_count_reset_values, 0, 0), 0, "processor %u: all registers as after reset", i);
    }
    for (unsigned i = 0; i < machine.cpus; i++) {
        check_equal(there(i, do_vectors, 5 + i, 0), 0xFFFF0000UL, "processor %u: vectors 16 to 31, and all if masked", i);
    }
    check_bits();
    uint64_t failed = 0;
    for (unsigned i = 0; i < machine.cpus; i++) {
        failed += there(i, do_mark, 0x21 + 0x11 * i, 0x123456000 | i << 1);
    }
    check_equal(failed, 0, "registers of each processor have values of their own");
    for (unsigned i = 0; i < machine.cpus; i++) {
        check_equal(there(i, do_count_marks, 0x21 + 0x11 * i, 0x123456000 | i << 1), 0, "processor %u: its own values", i);
        failed += there(i, do_clear, 0, 0);
    }
    check_equal(failed, 0, "registers as after reset again");
    for (unsigned i = 1; i < machine.cpus; i++) {
        begin(i, do_enable, 0, 0);
    }
    failed = do_enable(0, 0);
    for (unsigned i = 1; i < machine.cpus; i++) {
        failed += end(i);
    }
    check_equal(failed, 0, "every processor sets up its controller, all at once");
    for (unsigned i = 0; i < machine.cpus; i++) {
        check_equal(there(i, do_count_enabled, i, 0), 0, "processor %u: pages, SINT2 and SCONTROL", i);
        check(pages_are_zero(i), "processor %u: pages are zero", i);
    }
    check(!interrupt_waits(), "no interrupt comes of it");
}

static uint64_t do_disable(uint64_t a, uint64_t b)
{
    return a + b + synic_disable();
}

void check_end(void)
{
    area("end");
    for (unsigned i = 0; i < machine.cpus; i++) {
        check_equal(there(i, do_disable, 0, 0), 0, "processor %u: its controller off", i);
    }
    check_equal(set(GUEST_OS_ID, 0), SUCCESS, "the guest OS id is taken back");
    check_equal(get(SCONTROL).status, ACCESS_DENIED, "SCONTROL is denied");
    check(!interrupt_waits(), "no interrupt is left");
}
