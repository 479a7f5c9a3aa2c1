/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Runs every sequence of the image from a seeded state and prints, one line each, what it left behind. Exceptions
 * are part of the outcome: each goes into a hash, and the instruction that took it is skipped.
 *
 * A sequence runs on SP_EL0, at EL0 or EL1, at an alias of the image that both levels may execute. X28 points into
 * the middle of a window of memory that both levels may read and write, SP to a place in it. SVC #0xFFFF ends it.
 */
#include "../../guests/programs/runtime/runtime.h"

#define BLOCK 0x200000UL
#define IMAGE 0x40000000UL
#define IMAGE_BLOCKS 24
#define CODE_ALIAS 0x6000000000UL
#define WINDOW 0x7000000000UL
#define WINDOW_MEMORY 0x46000000UL
#define WINDOW_MIDDLE 4096UL
#define WINDOW_HALF 1024UL
#define STACK_OFFSET 512UL
#define END_OF_SEQUENCE 0x5600FFFFUL
#define SPSR_EL0T 0x3C0UL
#define SPSR_EL1T 0x3C4UL
#define SYNC_OF_EL1T 0
#define SCRATCH 8192

struct sequence {
    uint64_t code;
    uint64_t seed;
    uint64_t level;
    uint64_t dump;
};

extern const struct sequence sequences[];
extern const uint64_t sequence_count;

void enter_sequence(const struct frame *frame);
__attribute__((noreturn)) void leave_sequence(void);

/* enter_frame() leaves SP_EL1 behind the frame, so that is where exceptions find their stack. */
static _Alignas(16) struct {
    unsigned char stack[SCRATCH];
    struct frame frame;
} context;
static struct frame result;
static uint64_t exceptions;
static uint64_t exception_hash;
static uint64_t dump_exceptions;
static uint64_t state;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9E3779B97F4A7C15UL;
    return hash ^ hash >> 29;
}

/* Values at which carries, signs and shifts go wrong most easily come up more often than chance has them. */
static uint64_t interesting(void)
{
    uint64_t value = next();
    switch (value >> 60) {
    case 0: return 0;
    case 1: return ~0UL;
    case 2: return 1UL << (value & 63);
    case 3: return (1UL << (value & 63)) - 1;
    case 4: return (uint32_t)value;
    case 5: return 0x8000000000000000UL | (value & 0xFF);
    case 6: return (value & 0xFF);
    case 7: return (uint64_t)(int64_t)(int32_t)value;
    default: return value;
    }
}

static int address_is_known(uint64_t class)
{
    return class == 0x20 || class == 0x21 || class == 0x22 || class == 0x24 || class == 0x25;
}

void exception(struct frame *frame, uint64_t source)
{
    uint64_t syndrome = read_register(esr_el1);
    if (syndrome == END_OF_SEQUENCE) {
        result = *frame;
        leave_sequence();
    }
    if (source != SYNC_OF_EL1T && source != FROM_EL0_SYNC) {
        fail("exception %lu at 0x%lx, ESR_EL1 0x%lx, FAR_EL1 0x%lx", source, frame->elr, syndrome,
             read_register(far_el1));
    }
    uint64_t class = syndrome >> 26;
    uint64_t address = address_is_known(class) ? read_register(far_el1) : 0;
    if (dump_exceptions) {
        print("  exception ELR 0x%lx ESR 0x%lx FAR 0x%lx SPSR 0x%lx\n", frame->elr, syndrome, address, frame->spsr);
    }
    exceptions++;
    exception_hash = mix(mix(mix(mix(exception_hash, syndrome), frame->elr), frame->spsr), address);
    /* The return address of a call into the handler is that of the next instruction. */
    if (class != 0x15) {
        frame->elr += 4;
    }
}

static void run(uint64_t number, const struct sequence *sequence)
{
    state = sequence->seed | 1;
    for (unsigned i = 0; i < 8; i++) {
        next();
    }
    uint64_t *low = (uint64_t *)(WINDOW + WINDOW_MIDDLE - WINDOW_HALF);
    uint64_t words = 2 * WINDOW_HALF / sizeof(*low);
    for (uint64_t i = 0; i < words; i++) {
        low[i] = next();
    }
    struct frame *frame = &context.frame;
    for (unsigned i = 0; i < 31; i++) {
        frame->x[i] = interesting();
    }
    frame->x[28] = WINDOW + WINDOW_MIDDLE;
    frame->sp_el0 = WINDOW + WINDOW_MIDDLE + STACK_OFFSET;
    frame->elr = sequence->code - IMAGE + CODE_ALIAS;
    frame->spsr = (sequence->level == 0 ? SPSR_EL0T : SPSR_EL1T) | (next() & 0xF0000000UL);
    write_register(tpidr_el0, next());
    write_register(tpidrro_el0, next());
    write_register(tpidr_el1, next());
    write_register(contextidr_el1, next() & 0xFFFFFFFF);
    write_register(par_el1, 0);
    write_register(far_el1, 0);
    exceptions = 0;
    exception_hash = 0;
    dump_exceptions = sequence->dump;
    __asm__ volatile("clrex");

    enter_sequence(frame);

    uint64_t registers = 0;
    for (unsigned i = 0; i < 31; i++) {
        registers = mix(registers, result.x[i]);
    }
    registers = mix(registers, result.sp_el0);
    uint64_t system = mix(mix(read_register(tpidr_el0), read_register(tpidr_el1)), read_register(contextidr_el1));
    uint64_t memory = 0;
    for (uint64_t i = 0; i < words; i++) {
        memory = mix(memory, low[i]);
    }
    print("%lu: x 0x%lx pstate 0x%lx sys 0x%lx mem 0x%lx exc %lu 0x%lx\n", number, registers, result.spsr, system,
          memory, exceptions, exception_hash);
    if (sequence->dump) {
        for (unsigned i = 0; i < 31; i++) {
            print("  x%lu 0x%lx\n", (uint64_t)i, result.x[i]);
        }
        print("  sp 0x%lx\n", result.sp_el0);
    }
}

void program(void)
{
    for (uint64_t i = 0; i < sequence_count; i++) {
        run(i, &sequences[i]);
    }
    print("end: %lu sequences\n", sequence_count);
}

void guest_main(uint64_t device_tree)
{
    (void)device_tree;
    translation_build();
    for (uint64_t i = 0; i < IMAGE_BLOCKS; i++) {
        translation_map(CODE_ALIAS + i * BLOCK, IMAGE + i * BLOCK, MAP_NORMAL | MAP_EL0 | MAP_READ_ONLY);
    }
    translation_map(WINDOW, WINDOW_MEMORY, MAP_NORMAL | MAP_EL0 | MAP_NO_EXECUTE_EL0 | MAP_NO_EXECUTE_EL1);
    translation_on();
    program();
}
