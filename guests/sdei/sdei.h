/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A client of SDEI that makes every call in every state of an event and prints what came of it. It says nothing of what
 * is right: whoever runs it on two dispatchers compares. It calls by SMC at EL1 and at EL2, since that is the conduit
 * that firmware has at both.
 */
#ifndef SDEI_H
#define SDEI_H

#include "../lib/guest.h"

enum {
    SDEI_VERSION = 0x20,
    EVENT_REGISTER,
    EVENT_ENABLE,
    EVENT_DISABLE,
    EVENT_CONTEXT,
    EVENT_COMPLETE,
    EVENT_COMPLETE_AND_RESUME,
    EVENT_UNREGISTER,
    EVENT_STATUS,
    EVENT_GET_INFO,
    EVENT_ROUTING_SET,
    PE_MASK,
    PE_UNMASK,
    INTERRUPT_BIND,
    INTERRUPT_RELEASE,
    EVENT_SIGNAL,
    SDEI_FEATURES,
    PRIVATE_RESET,
    SHARED_RESET,
};
#define SDEI_FUNCTION(number) (0xC4000000UL | (uint64_t)(number))

/* ---- handler.S ------------------------------------------------------------------------------ */

void event_entry(void);
void resumed_here(void);
extern char signalled_here[];
uint64_t leave_handler(uint64_t function, uint64_t argument);
uint64_t signal_marked(uint64_t event, uint64_t target);

extern volatile uint64_t entered[10]; /* of the first processor: X0 to X5, ELR, SPSR, DAIF, SPSel */
extern volatile uint64_t resumed[5];  /* ELR, SPSR, DAIF, SPSel, CurrentEL */
extern volatile uint64_t after[5];    /* X0, X1, X4, X17, NZCV after signal_marked() */

/* ---- calls.c -------------------------------------------------------------------------------- */

uint64_t call(unsigned number, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5);

/* PSCI, by SMC as every other call here. */
uint64_t power(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3);

/* Leaves nothing registered or bound, and the processor masked. */
void clean(void);

/* ---- origins.c ------------------------------------------------------------------------------ */

/* What raises an event. */
struct origin {
    const char *name;
    uint64_t interrupt;   /* 0 for event 0 */
    void (*raise)(void);
    void (*quiet)(void);
};
#define ORIGINS 3
extern const struct origin origins[ORIGINS];

/* Its event number; binds the interrupt. */
uint64_t event_of(const struct origin *origin);

/* ---- states.c, registers.c, processors.c ------------------------------------------------------------------ */

void states(void);
void registers(void);
void processors(void);

/* What the handler does, chosen by whoever raises an event. */
extern void (*volatile in_handler)(void);

#endif
