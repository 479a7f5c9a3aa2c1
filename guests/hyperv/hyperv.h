/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A guest of Hyper-V that brings itself up as Linux does, then uses everything that it found: messages, event flags, timers,
 * the reference time, and the bus of its VMM. It checks what it sees, one line for each thing: "ok" or "FAILED".
 */
#ifndef HYPERV_H
#define HYPERV_H

#include "../lib/guest.h"

/* memory.c of the library. */
void *memset(void *to, int value, size_t size);
void *memcpy(void *to, const void *from, size_t size);
int memcmp(const void *left, const void *right, size_t size);

#define MAX_CPUS 8
#define PAGE 4096UL

/* ---- console.c ------------------------------------------------------------------------------- */

/* What the lines that follow are about. */
void area(const char *name);
/* Prints that something is as it has to be, or that it is not; the format knows what print() knows. */
__attribute__((format(printf, 2, 3))) void check(int holds, const char *format, ...);
/* The same of a number; a line that fails says both. */
__attribute__((format(printf, 3, 4))) void check_equal(uint64_t found, uint64_t expected, const char *format, ...);
/* Says what is not looked at, and why. */
__attribute__((format(printf, 1, 2))) void skip(const char *format, ...);
/* Says how much was checked, and ends the run: well, if nothing failed. */
__attribute__((noreturn)) void finish(void);

/* ---- hypercall.S, calls.c -------------------------------------------------------------------- */

/* X0 to X17 before and after a call. */
struct registers {
    uint64_t x[18];
};
void call_by_smccc(struct registers *registers); /* HVC #0 */
void call_by_tag(struct registers *registers);   /* HVC #1 */
void call_by_unknown_tag(struct registers *registers); /* HVC #5 */
void call_by_smc(struct registers *registers);
/* How many of X18 to X30, SP and the condition flags a hypercall changes. */
uint64_t count_changed(uint64_t word, uint64_t a, uint64_t b, uint64_t c);

enum convention { SMCCC, TAG };

#define HYPERCALL 0x46000001UL
#define FAST (1UL << 16)
#define REPS(count) ((uint64_t)(count) << 32)
#define START(index) ((uint64_t)(index) << 48)
#define STATUS(result) ((result) & 0xFFFF)
#define COMPLETED(result) ((result) >> 32 & 0xFFF)

enum call_code {
    NOTIFY_LONG_SPIN_WAIT = 0x08,
    GET_PARTITION_ID = 0x46,
    GET_VP_REGISTERS = 0x50,
    SET_VP_REGISTERS = 0x51,
    DELETE_PORT = 0x58,
    DISCONNECT_PORT = 0x5B,
    POST_MESSAGE = 0x5C,
    SIGNAL_EVENT = 0x5D,
    CREATE_PORT = 0x95,
    CONNECT_PORT = 0x96,
};

enum status {
    SUCCESS = 0,
    INVALID_CODE = 2,
    INVALID_INPUT = 3,
    INVALID_ALIGNMENT = 4,
    INVALID_PARAMETER = 5,
    ACCESS_DENIED = 6,
    INVALID_VP = 0xE,
    INVALID_PORT = 0x11,
    INVALID_CONNECTION = 0x12,
    NO_BUFFERS = 0x13,
    INVALID_SYNIC = 0x18,
    IN_USE = 0x19,
    UNKNOWN_REGISTER = 0x87,
};

#define SELF_PARTITION (~0UL)
#define SELF_VP 0xFFFFFFFEUL
#define ANY_VP 0xFFFFFFFFUL

/* A call with its parameters in memory; the address that is not used is 0. */
uint64_t call_in_memory(uint64_t word, uint64_t input, uint64_t output);

struct value {
    uint64_t status, low, high;
};
struct value get_by(enum convention convention, uint32_t name);
uint64_t set_by(enum convention convention, uint32_t name, uint64_t low);
/* The same by HVC #0. */
struct value get(uint32_t name);
uint64_t set(uint32_t name, uint64_t low);
/* The low half of a register that must be there. */
uint64_t value_of(uint32_t name);

enum register_name {
    VERSION = 0x100,
    PRIVILEGES = 0x200,
    HINTS = 0x201,
    LIMITS = 0x202,
    HARDWARE = 0x203,
    ISOLATION = 0x209,
    CRASH_P0 = 0x210,
    CRASH_CONTROL = 0x215,
    PROCESSOR_FREQUENCY = 0x240,
    SYNTHETIC_VECTORS = 0x40400,
    SYNTHETIC_SYNDROME = 0x40401,
    VP_RUNTIME = 0x90000,
    GUEST_OS_ID = 0x90002,
    VP_INDEX = 0x90003,
    REFERENCE_COUNT = 0x90004,
    ASSIST_PAGE = 0x90013,
    REFERENCE_TSC = 0x90017,
    SINT0 = 0xA0000,
    SCONTROL = 0xA0010,
    SVERSION = 0xA0011,
    SIEFP = 0xA0012,
    SIMP = 0xA0013,
    EOM = 0xA0014,
    TIMER_CONFIG = 0xB0000, /* and 2 further for each other timer */
    TIMER_COUNT = 0xB0001,
};

/* What a Linux 6.12.117 says that it is. */
#define OS_ID 0x810000060C750000UL

/* Register 0x200, once it has been read. */
extern uint64_t privileges, features;
#define MAY(bit) ((privileges >> (bit) & 1) != 0)
enum privilege {
    MAY_READ_COUNTER = 1,
    MAY_USE_TIMERS = 3,
    MAY_READ_TSC_PAGE = 9,
    MAY_READ_FREQUENCY = 11,
    MAY_READ_PARTITION = 33,
    MAY_CREATE = 38,
    MAY_CONNECT = 39,
};
#define HAS_CRASH (features >> 8 & 1)
#define HAS_POLLING (features >> 12 & 1)
#define HAS_DIRECT_TIMERS (features >> 13 & 1)

/* ---- tree.c ---------------------------------------------------------------------------------- */

struct machine {
    unsigned cpus;
    uint64_t affinity[MAX_CPUS];
    uint64_t ram_end;
    char arguments[128];
};
extern struct machine machine;
void read_tree(uint64_t tree);
/* Whether a word stands in the boot arguments. */
int argument(const char *word);
/* The number after a word that begins so, or what is meant if there is none. */
uint64_t argument_number(const char *begin, uint64_t otherwise);

/* ---- mmu.c, processors.c --------------------------------------------------------------------- */

void mmu_make_tables(void);
void mmu_enable(void);

unsigned this_cpu(void);
uint64_t now(void);
/* Ticks of the counter in a millisecond. */
uint64_t millisecond(void);

typedef uint64_t task(uint64_t a, uint64_t b);
void start_processors(void);
/* Does something on a processor, this one included, and waits for it. */
uint64_t there(unsigned cpu, task *what, uint64_t a, uint64_t b);
/* The same, not yet waiting. A processor has one thing to do at a time. */
void begin(unsigned cpu, task *what, uint64_t a, uint64_t b);
uint64_t end(unsigned cpu);

/* Interrupts, which stay masked: each is taken by hand. */
void gic_make_edge(unsigned interrupt);
unsigned take_interrupt(void); /* begins and ends it; INTERRUPT_NONE if there is none */
int interrupt_waits(void);
/* Whether an interrupt comes within so many milliseconds; waits in WFI. */
int await_interrupt(uint64_t milliseconds);
/* The number of interrupts that wait, all taken; all must have this number. */
uint64_t take_all(unsigned interrupt);

/* ---- synic.c --------------------------------------------------------------------------------- */

/* Sources, and their interrupts: that of the bus is Linux's choice. */
#define BUS_SOURCE 2
#define BUS_INTERRUPT 18
#define TIMER_SOURCE 3
#define TIMER_INTERRUPT 19
#define MESSAGE_SOURCE 8
#define MESSAGE_INTERRUPT 21
#define EVENT_SOURCE 9
#define EVENT_INTERRUPT 22
#define DIRECT_INTERRUPT 24
#define MASKED (1UL << 16)
#define AUTO_EOI (1UL << 17)
#define POLLING (1UL << 18)
#define SOURCES 16
#define FLAGS 2048

struct message {
    volatile uint32_t type;
    volatile uint8_t size, flags;
    volatile uint16_t reserved;
    volatile uint64_t origination;
    volatile uint8_t payload[240];
};
struct message_page {
    struct message slot[SOURCES];
};
struct flag_page {
    volatile uint32_t word[SOURCES][FLAGS / 32];
};
extern struct message_page message_pages[MAX_CPUS];
extern struct flag_page flag_pages[MAX_CPUS];

/* What hv_synic_init of Linux does, on this processor; the number of calls that failed. */
uint64_t synic_enable(void);
uint64_t synic_disable(void);
/* Programs a source of this processor, and enables its interrupt in the GIC. */
uint64_t open_source(unsigned source, unsigned interrupt, uint64_t more);

/* As the protocol has it: type 0, then EOM if more is pending. Whether EOM was written. */
int release(struct message *slot);
/* Clears a flag atomically; whether it was set. */
int clear_flag(unsigned cpu, unsigned source, unsigned flag);
int flag_is_set(unsigned cpu, unsigned source, unsigned flag);
uint32_t payload32(const struct message *slot, unsigned at);
uint64_t payload64(const struct message *slot, unsigned at);

/* ---- ports.c --------------------------------------------------------------------------------- */

uint64_t post(uint32_t connection, uint32_t type, const void *payload, uint32_t size);
uint64_t signal_event(uint32_t connection, uint16_t flag);
uint64_t create_message_port(uint32_t port, uint32_t vcpu, uint32_t source);
uint64_t create_event_port(uint32_t port, uint32_t vcpu, uint32_t source, uint16_t first, uint16_t count);
uint64_t delete_port(uint32_t port);
enum port_kind { MESSAGES = 1, EVENTS = 2 };
uint64_t connect_port(uint32_t connection, uint32_t port, enum port_kind kind);
uint64_t disconnect_port(uint32_t connection);

/* ---- one area of checks each ------------------------------------------------------------------ */

void check_gate(void);      /* bringup.c: before the guest has said what it is */
void check_bringup(void);   /* the same and what Linux reads at boot */
void check_registers(void);
void check_words(void);     /* words.c */
void check_memory(void);    /* parameters.c */
void check_lists(void);
void check_overlays(void);  /* overlays.c */
void check_synic(void);     /* synic.c; afterwards every processor has its controller on */
void check_messages(void);  /* messages.c */
void check_events(void);    /* events.c */
void check_timers(void);    /* timers.c */
void check_clock(void);     /* clock.c */
void check_bus(void);       /* bus.c */
void check_end(void);       /* synic.c */

/* ---- pair.c: instead of all that, if boot arguments say so ------------------------------------ */

int pair_wanted(void);
void pair(void);

#endif
