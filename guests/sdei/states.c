/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every call with right and wrong arguments in each of the six states of an event.
 */
#include "sdei.h"

enum { EVENT = -1, SELF = -2, ENTRY = -3, RESUME_AT = -4, NO_PE = -5, MINUS_ONE = -6 };

struct attempt {
    const char *name;
    unsigned function;
    int64_t arguments[5];
};

static const struct attempt attempts[] = {
    {"VERSION", SDEI_VERSION, {0}},
    {"REGISTER", EVENT_REGISTER, {EVENT, ENTRY, 7, 0, 0}},
    {"REGISTER for this PE", EVENT_REGISTER, {EVENT, ENTRY, 7, 1, SELF}},
    {"REGISTER for no PE", EVENT_REGISTER, {EVENT, ENTRY, 7, 1, NO_PE}},
    {"REGISTER at 0", EVENT_REGISTER, {EVENT, 0, 7, 0, 0}},
    {"REGISTER flags 2", EVENT_REGISTER, {EVENT, ENTRY, 7, 2, 0}},
    {"REGISTER flags 4", EVENT_REGISTER, {EVENT, ENTRY, 7, 4, 0}},
    {"REGISTER unknown", EVENT_REGISTER, {0x77, ENTRY, 7, 0, 0}},
    {"REGISTER unbound", EVENT_REGISTER, {1002, ENTRY, 7, 0, 0}},
    {"ENABLE", EVENT_ENABLE, {EVENT}},
    {"ENABLE unknown", EVENT_ENABLE, {0x77}},
    {"ENABLE -1", EVENT_ENABLE, {MINUS_ONE}},
    {"DISABLE", EVENT_DISABLE, {EVENT}},
    {"DISABLE unknown", EVENT_DISABLE, {0x77}},
    {"CONTEXT 18", EVENT_CONTEXT, {18}},
    {"CONTEXT 256", EVENT_CONTEXT, {256}},
    {"CONTEXT -1", EVENT_CONTEXT, {MINUS_ONE}},
    {"COMPLETE 0", EVENT_COMPLETE, {0}},
    {"COMPLETE 1", EVENT_COMPLETE, {1}},
    {"COMPLETE 7", EVENT_COMPLETE, {7}},
    {"COMPLETE_AND_RESUME", EVENT_COMPLETE_AND_RESUME, {RESUME_AT}},
    {"UNREGISTER", EVENT_UNREGISTER, {EVENT}},
    {"UNREGISTER unknown", EVENT_UNREGISTER, {0x77}},
    {"STATUS", EVENT_STATUS, {EVENT}},
    {"STATUS unknown", EVENT_STATUS, {0x77}},
    {"GET_INFO 0", EVENT_GET_INFO, {EVENT, 0}},
    {"GET_INFO 1", EVENT_GET_INFO, {EVENT, 1}},
    {"GET_INFO 2", EVENT_GET_INFO, {EVENT, 2}},
    {"GET_INFO 3", EVENT_GET_INFO, {EVENT, 3}},
    {"GET_INFO 4", EVENT_GET_INFO, {EVENT, 4}},
    {"GET_INFO 5", EVENT_GET_INFO, {EVENT, 5}},
    {"GET_INFO -1", EVENT_GET_INFO, {EVENT, MINUS_ONE}},
    {"GET_INFO unknown", EVENT_GET_INFO, {0x77, 0}},
    {"ROUTING_SET any", EVENT_ROUTING_SET, {EVENT, 0, 0}},
    {"ROUTING_SET this PE", EVENT_ROUTING_SET, {EVENT, 1, SELF}},
    {"ROUTING_SET no PE", EVENT_ROUTING_SET, {EVENT, 1, NO_PE}},
    {"ROUTING_SET mode 2", EVENT_ROUTING_SET, {EVENT, 2, 0}},
    {"ROUTING_SET unknown", EVENT_ROUTING_SET, {0x77, 0, 0}},
    {"PE_MASK", PE_MASK, {0}},
    {"PE_UNMASK", PE_UNMASK, {0}},
    {"BIND a PPI", INTERRUPT_BIND, {24}},
    {"BIND an SPI", INTERRUPT_BIND, {70}},
    {"BIND an SGI", INTERRUPT_BIND, {3}},
    {"RELEASE", INTERRUPT_RELEASE, {EVENT}},
    {"RELEASE 0", INTERRUPT_RELEASE, {0}},
    {"RELEASE unbound", INTERRUPT_RELEASE, {1002}},
    {"RELEASE unknown", INTERRUPT_RELEASE, {0x77}},
    {"SIGNAL no PE", EVENT_SIGNAL, {0, NO_PE}},
    {"SIGNAL 1", EVENT_SIGNAL, {1, SELF}},
    {"FEATURES 0", SDEI_FEATURES, {0}},
    {"FEATURES 1", SDEI_FEATURES, {1}},
    {"FEATURES 16", SDEI_FEATURES, {16}},
    {"PRIVATE_RESET", PRIVATE_RESET, {0}},
    {"SHARED_RESET", SHARED_RESET, {0}},
    {"function 0x33", 0x33, {0}},
    {"function 0x3f", 0x3F, {0}},
};
#define ATTEMPTS (sizeof attempts / sizeof *attempts)

#define NOT_MADE 0x600DUL   /* the call was not made */
#define NO_RETURN 0x60AEUL  /* it did not come back */
#define PATIENCE 200000

static const unsigned char order[] = {0, 1, 3, 5, 7, 4};

static const struct origin *origin;
static const struct attempt *attempt;
static unsigned wanted;
static uint64_t event;
static volatile uint64_t result;
static volatile uint64_t runs;

static uint64_t value(int64_t argument)
{
    switch (argument) {
        case EVENT: return event;
        case SELF: return read_register(mpidr_el1) & MPIDR_AFFINITY;
        case ENTRY: return (uint64_t)event_entry;
        case RESUME_AT: return (uint64_t)resumed_here;
        case NO_PE: return 0x7F0000;
        case MINUS_ONE: return ~0UL;
        default: return (uint64_t)argument;
    }
}

static void make_attempt(void)
{
    const int64_t *a = attempt->arguments;
    result = NO_RETURN;
    if (attempt->function == EVENT_COMPLETE || attempt->function == EVENT_COMPLETE_AND_RESUME) {
        result = wanted >= 4 ? leave_handler(SDEI_FUNCTION(attempt->function), value(a[0]))
                             : call(attempt->function, value(a[0]), 0, 0, 0, 0);
    } else {
        result = call(attempt->function, value(a[0]), value(a[1]), value(a[2]), value(a[3]), value(a[4]));
    }
}

static void run_attempt(void)
{
    origin->quiet();
    if (++runs == 1) {
        if (wanted == 5) {
            call(EVENT_DISABLE, event, 0, 0, 0, 0);
        } else if (wanted == 4) {
            call(EVENT_UNREGISTER, event, 0, 0, 0, 0);
        }
        make_attempt();
    }
}

static void bring(void)
{
    if (wanted != 0) {
        call(EVENT_REGISTER, event, (uint64_t)event_entry, 7, 0, 0);
    }
    if (wanted >= 3) {
        call(EVENT_ENABLE, event, 0, 0, 0, 0);
    }
    if (wanted < 4) {
        make_attempt();
        return;
    }
    in_handler = run_attempt;
    call(PE_UNMASK, 0, 0, 0, 0, 0);
    origin->raise();
    for (unsigned i = 0; runs == 0 && i < PATIENCE; i++) {
        synchronize();
    }
}

static void try_it(void)
{
    clean();
    event = event_of(origin);
    runs = 0;
    result = NOT_MADE;
    bring();
    uint64_t status = call(EVENT_STATUS, event, 0, 0, 0, 0);
    uint64_t masked = call(PE_MASK, 0, 0, 0, 0, 0);
    print("%s S%lu %s: ", origin->name, (uint64_t)wanted, attempt->name);
    if (result == NOT_MADE) {
        print("the handler did not run");
    } else if (result == NO_RETURN) {
        print("did not return");
    } else {
        print("0x%lx", result);
    }
    print(", then status %lu, mask %lu\n", status, masked);
}

void states(void)
{
    for (unsigned s = 0; s < ORIGINS; s++) {
        for (unsigned o = 0; o < sizeof order; o++) {
            for (unsigned a = 0; a < ATTEMPTS; a++) {
                origin = &origins[s];
                wanted = order[o];
                attempt = &attempts[a];
                try_it();
            }
        }
    }
    clean();
}
