/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A guest of Xen that makes every call on event channels, and the calls around them, in every state that it can bring
 * about, and prints what came of each: the result, and everything that changed in memory that it shares with the
 * hypervisor. It says nothing of what is right: whoever runs it on two hypervisors compares. Lines that begin with
 * "about:" say what need not be the same.
 */
#ifndef XEN_H
#define XEN_H

#include "../lib/guest.h"
#include "../lib/hypercall.h"

/* memory.c of the library. */
void *memset(void *to, int value, size_t size);
int memcmp(const void *left, const void *right, size_t size);

#define MAX_CPUS 4
#define PAGE 4096UL

/* ---- calls.c: the structures, laid out by hand ------------------------------------------------ */

/* The results of handlers that return an int are in W0 alone. */
int64_t event_call(unsigned command, volatile void *structure);

int64_t alloc_unbound(uint64_t domain, uint64_t remote, uint32_t *port);
int64_t bind_interdomain(uint64_t domain, uint32_t remote_port, uint32_t *port);
int64_t bind_virq(uint32_t virq, uint32_t vcpu, uint32_t *port);
int64_t bind_ipi(uint32_t vcpu, uint32_t *port);
int64_t bind_pirq(uint32_t pirq, uint32_t *port);
int64_t one_port(unsigned command, uint32_t port); /* CLOSE, SEND, UNMASK */
int64_t bind_vcpu(uint32_t port, uint32_t vcpu);
int64_t set_priority(uint32_t port, uint32_t priority);
int64_t reset(uint64_t domain);
int64_t init_control(uint64_t frame, uint32_t offset, uint32_t vcpu, uint8_t *link_bits);
int64_t expand_array(uint64_t frame);
int64_t register_vcpu_info(uint32_t vcpu, uint64_t frame, uint32_t offset);
int64_t add_to_physmap(uint64_t domain, uint32_t space, uint64_t index, uint64_t frame);
int64_t remove_from_physmap(uint64_t domain, uint64_t frame);
int64_t get_parameter(uint64_t domain, uint32_t index, uint64_t *value);
int64_t set_parameter(uint64_t domain, uint32_t index, uint64_t value);

/* ports points to count port numbers. */
int64_t poll(const uint32_t *ports, uint32_t count, uint64_t timeout);

struct status {
    uint16_t domain, unused;
    uint32_t port;
    uint32_t status;
    uint32_t vcpu;
    uint32_t detail[2];
};
int64_t status_of(uint64_t domain, uint32_t port, struct status *answer);

/* ---- tree.c ---------------------------------------------------------------------------------- */

struct machine {
    unsigned cpus;
    uint64_t affinity[MAX_CPUS];
    uint64_t distributor, redistributors;
    uint64_t uart;      /* 0 if there is none */
    uint64_t window;    /* where grant tables go */
    uint64_t window_size;
    unsigned upcall;    /* the interrupt that announces events */
    char compatible[32];
    char arguments[128];
    int hypervisor;     /* whether there is such a node */
    int listed;         /* whether it is compatible with "xen,xen" */
};
extern struct machine machine;

void read_tree(uint64_t tree);
/* Whether a word stands in the boot arguments. */
int argument(const char *word);
/* The number after a word that begins so, or what is meant if there is none. */
uint64_t argument_number(const char *begin, uint64_t otherwise);

/* ---- console.c: "%ld", too ------------------------------------------------------------------- */

void console_choose(void);

/* ---- mmu.c ----------------------------------------------------------------------------------- */

void mmu_make_tables(void);
void mmu_enable(void);

enum rights { NO_ACCESS, READ_ONLY, READ_WRITE, DEVICE_MEMORY };
/* Where pages may be mapped at will, 512 of them. */
#define PLAYGROUND 0x80000000UL
void map_page(unsigned page, uint64_t frame, enum rights rights);

/* ---- shared.c: what is shared with the hypervisor --------------------------------------------- */

#define EVENT_PAGES 2

extern struct shared_info shared;
/* A page for each processor. */
struct info_page {
    struct vcpu_info info;
    uint8_t unused[PAGE - sizeof(struct vcpu_info)];
};
struct control_page {
    struct control block;
    uint8_t unused[PAGE - sizeof(struct control)];
};
extern struct info_page infos[MAX_CPUS];
extern volatile uint32_t events[EVENT_PAGES * EVENT_WORDS];
extern struct control_page controls[MAX_CPUS];
/* Whether the domain is in the FIFO ABI; whether it is to be. */
extern int fifo, wanted_fifo;
/* Array pages given to the hypervisor. */
extern unsigned arrays;

/* Prints "AREA: TEXT = RESULT", and all that changed since the last observation. */
void area(const char *name);
__attribute__((format(printf, 2, 3))) void observe(int64_t result, const char *format, ...);
/* The same without a result. */
__attribute__((format(printf, 1, 2))) void notice(const char *format, ...);
/* What has changed so far is not news. */
void forget_changes(void);

/* Puts the domain into the FIFO ABI with one page of words, after a reset. */
void enter_fifo(void);
/* Closes every port, empties every queue, and takes every upcall of this processor. */
void clean(void);
/* Takes the upcall, if there is one, and clears the byte and the selector (or the queues). */
void take_upcall(void);
/* The interrupt that ends after it was acknowledged; INTERRUPT_NONE if there was none. */
unsigned take_interrupt(void);
int interrupt_waits(void);
/* Takes the head of the queues of a vCPU as the protocol has it; 0 if they are empty. */
uint32_t dequeue(unsigned vcpu);

/* Clears the bits of a port that are pending, and the upcall, as if it had been handled. */
void settle(void);

/* ---- exceptions.c ---------------------------------------------------------------------------- */

/* What the next exception was: an instruction that may fail goes on at resume_at. */
extern volatile uint64_t resume_at, caught, caught_syndrome, caught_address, caught_state;
/* Interrupts that came as exceptions, on each processor. */
extern volatile uint64_t taken[MAX_CPUS];
unsigned this_cpu(void);
/* Loads a word; sets caught if that failed. */
uint32_t try_load(uint64_t address);

/* ---- one area of observations each ------------------------------------------------------------ */

void observe_calls(void);      /* discover.c */
void observe_parameters(void);
void observe_memory(void);     /* bringup.c; afterwards shared, infos[0] and the queues are in use */
void observe_ports(void);      /* ports.c */
void observe_two_level(void);  /* twolevel.c */
void observe_queues(void);     /* queues.c */
void observe_poll(void);       /* polls.c */
void observe_handles(void);    /* handles.c */
void observe_processors(void); /* processors.c */
void observe_limits(void);     /* limits.c */

/* ---- pair.c: instead of all that, if boot arguments say so ------------------------------------ */

int pair_wanted(void);
void pair(void);

/* The hypervisor's, in nanoseconds; known after observe_poll(). */
uint64_t system_time(void);
/* Ticks of the counter in a millisecond. */
uint64_t millisecond(void);
uint64_t now(void);

#endif
