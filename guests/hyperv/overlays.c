/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Pages of the hypervisor that take the place of memory: content goes with the register, memory comes back. They are those of
 * the first processor, whose controller is off.
 */
#include "hyperv.h"

static _Alignas(4096) volatile uint64_t places[3][PAGE / 8];

static void fill(void)
{
    for (unsigned i = 0; i < PAGE / 8; i++) {
        places[0][i] = 0xA000 + i;
        places[1][i] = 0xB000 + i;
        places[2][i] = 0xC000 + i;
    }
    barrier();
}

/* Whether a page is as it was filled. */
static int is_memory(unsigned place)
{
    barrier();
    for (unsigned i = 0; i < PAGE / 8; i++) {
        if (places[place][i] != 0xA000 + 0x1000UL * place + i) {
            return 0;
        }
    }
    return 1;
}

static int is_zero(unsigned place)
{
    barrier();
    for (unsigned i = 0; i < PAGE / 8; i++) {
        if (places[place][i] != 0) {
            return 0;
        }
    }
    return 1;
}

static uint64_t at(unsigned place)
{
    return (uint64_t)places[place];
}

static void check_page(uint32_t name, const char *text)
{
    fill();
    check_equal(value_of(name), 0, "%s is 0 at first", text);
    check_equal(set(name, at(0) | 0xABE), SUCCESS, "%s at a place, not enabled", text);
    check_equal(value_of(name), at(0) | 0xABE, "%s reads as written", text);
    check(is_memory(0), "%s: memory is there", text);
    check_equal(set(name, at(0) | 0xABF), SUCCESS, "%s enabled", text);
    check_equal(value_of(name), at(0) | 0xABF, "%s reads as written, with all bits", text);
    check(is_zero(0), "%s hides memory, and is zero", text);
    places[0][100] = 0x5151;
    places[0][511] = 0x5252;
    barrier();
    check_equal(set(name, at(1) | 1), SUCCESS, "%s moves", text);
    check(places[1][100] == 0x5151 && places[1][511] == 0x5252 && places[1][0] == 0, "%s: content moves with it", text);
    check(is_memory(0), "%s: memory is back", text);
    check_equal(set(name, 0), SUCCESS, "%s disabled", text);
    check(is_memory(0) && is_memory(1), "%s: memory is back everywhere", text);
    check_equal(set(name, at(2) | 1), SUCCESS, "%s enabled again, elsewhere", text);
    check(places[2][100] == 0x5151 && places[2][511] == 0x5252, "%s: content is kept while it is disabled", text);
    check_equal(set(name, machine.ram_end | 1), INVALID_PARAMETER, "%s behind RAM", text);
    check_equal(set(name, 0x09000001), INVALID_PARAMETER, "%s in a device", text);
    check_equal(set(name, 0x10000001), INVALID_PARAMETER, "%s where nothing is", text);
    check_equal(set(name, ~0UL), INVALID_PARAMETER, "%s at the end of all addresses", text);
    check_equal(set(name, 1UL << 63 | at(1) | 1), INVALID_PARAMETER, "%s at an address with bit 63", text);
    check(value_of(name) == (at(2) | 1) && places[2][100] == 0x5151 && is_memory(1), "%s is where it was", text);
    check_equal(set(name, 1UL << 63), SUCCESS, "%s disabled may have any place", text);
    check_equal(set(name, at(2) | 1), SUCCESS, "%s back", text);
    places[2][100] = 0;
    places[2][511] = 0;
    barrier();
    check(is_zero(2), "%s is zero for who comes next", text);
    check_equal(set(name, 0), SUCCESS, "%s off", text);
    check(is_memory(2), "%s: memory as it was", text);
}

/* Two pages at one place are not defined; here the second one is refused. */
static void check_collisions(void)
{
    fill();
    check_equal(set(SIMP, at(0) | 1), SUCCESS, "SIMP at a place");
    check_equal(set(SIEFP, at(0) | 1), INVALID_PARAMETER, "SIEFP at the same place");
    check_equal(set(ASSIST_PAGE, at(0) | 1), INVALID_PARAMETER, "the assist page at the same place");
    check_equal(value_of(SIEFP), 0, "SIEFP is as before");
    places[0][7] = 0x77;
    barrier();
    check_equal(set(SIMP, at(0) | 1), SUCCESS, "SIMP at its own place again");
    check_equal(places[0][7], 0x77, "its content is the same");
    uint64_t result = STATUS(call_in_memory(NOTIFY_LONG_SPIN_WAIT, at(0), 0));
    check(result == SUCCESS || result == INVALID_INPUT, "parameters in an overlay: done or refused");
    places[0][7] = 0;
    barrier();
    check_equal(set(SIEFP, at(1) | 1), SUCCESS, "SIEFP elsewhere");
    check_equal(set(SIMP, at(1) | 1), INVALID_PARAMETER, "SIMP cannot move there");
    check(is_zero(1) && is_zero(0), "both are where they were");
    check_equal(set(SIMP, 0), SUCCESS, "SIMP off");
    check_equal(set(SIEFP, at(0) | 1), SUCCESS, "SIEFP where SIMP was");
    check_equal(set(SIEFP, 0), SUCCESS, "SIEFP off");
    check(is_memory(0) && is_memory(1) && is_memory(2), "memory is back everywhere");
}

static uint64_t do_enable_there(uint64_t place, uint64_t value)
{
    uint64_t status = set(SIMP, at((unsigned)place) | value);
    set(SIMP, 0);
    return status;
}

void check_overlays(void)
{
    area("overlays");
    check_page(SIMP, "SIMP");
    check_page(SIEFP, "SIEFP");
    check_page(ASSIST_PAGE, "assist page");
    check_collisions();
    if (machine.cpus > 1) {
        check_equal(set(SIMP, at(0) | 1), SUCCESS, "SIMP of processor 0");
        check_equal(there(1, do_enable_there, 0, 1), INVALID_PARAMETER, "SIMP of processor 1 at the same place");
        check_equal(there(1, do_enable_there, 1, 1), SUCCESS, "SIMP of processor 1 elsewhere");
        check(is_zero(0) && is_memory(1), "one is here, the other one gone");
        check_equal(set(SIMP, 0), SUCCESS, "SIMP of processor 0 off");
    }
}
