/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A debugger in the kernel: software step through code at EL0 and at its own level, over branches, system calls, breakpoint
 * instructions, undefined ones and exclusives. Every exception is printed as it was taken.
 */
#include "runtime/runtime.h"

#define CODE_ALIAS 0x6000000000UL
#define IMAGE 0x40000000UL
#define UNMAPPED 0x5000000000UL
#define SPSR_SS (1UL << 21)
#define MDSCR_SS 1UL
#define MDSCR_KDE (1UL << 13)
#define MOST 64

static unsigned exceptions;
static uint64_t base;
static uint64_t word;
static unsigned steps_to_skip;

extern const char stepped[];
extern const char stepped_end[];

/* X0 holds the address of a word, X1 the level it runs at. */
__asm__(".text\n"
        ".balign 16\n"
        ".global stepped\n"
        "stepped:\n"
        "mov x2, #3\n"
        "1: sub x2, x2, #1\n"
        "cbnz x2, 1b\n"
        "bl 2f\n"
        "svc #7\n"
        "ldxr x3, [x0]\n"
        "add x3, x3, #1\n"
        "stxr w4, x3, [x0]\n"
        "ldaxr w3, [x0]\n"
        "clrex\n"
        "brk #9\n"
        ".inst 0\n"
        "mrs x5, currentel\n" /* undefined at EL0 */
        "add x6, x6, x1\n"
        "str x6, [x0]\n"
        "ldr x7, [x9]\n" /* a fault under step */
        "svc #0\n"
        "2: add x8, x8, #1\n"
        "ret\n"
        ".global stepped_end\n"
        "stepped_end:\n");

static void run(unsigned level);

/* The kernel runs the code where it is linked, EL0 at its alias. */
static void next_level(void)
{
    static unsigned level = 2;
    if (level == 0) {
        print("word %lu\n", word);
        power_off();
    }
    level--;
    exceptions = 0;
    run(level);
}

void exception(struct frame *frame, uint64_t source)
{
    uint64_t syndrome = read_register(esr_el1);
    unsigned class = (unsigned)(syndrome >> 26);
    uint64_t offset = frame->elr - base;
    int is_step = class == 0x32 || class == 0x33;
    if (class == 0x25) {
        syndrome &= ~0x1FFC000UL; /* QEMU says at EL2 what the access was, although stage 2 had no part in it */
    }
    print("%lu: source %lu at +0x%lx, ESR_EL1 0x%lx, SPSR_EL1 0x%lx, X4 %lu\n", (uint64_t)exceptions, source, offset,
          class == 0x18 ? syndrome & 0xFE000000 : syndrome, frame->spsr, frame->x[4]);
    if (++exceptions == MOST || (class == 0x15 && (syndrome & 0xFFFF) == 0)) {
        next_level();
    }
    if (offset > (uint64_t)(stepped_end - stepped)) {
        fail("exception outside the code");
    }
    if (is_step) {
        /* With SS clear, the next exception comes before the instruction. */
        if (++steps_to_skip % 5 == 0) {
            frame->spsr &= ~SPSR_SS;
            return;
        }
    } else if (class != 0x15) {
        frame->elr += 4;
    }
    frame->spsr |= SPSR_SS;
}

static void run(unsigned level)
{
    static _Alignas(16) struct {
        unsigned char stack[4096];
        struct frame frame;
    } space;
    struct frame *frame = &space.frame;
    memset(frame, 0, sizeof *frame);
    base = level == 0 ? (uint64_t)stepped - IMAGE + CODE_ALIAS : (uint64_t)stepped;
    word = 0;
    frame->elr = base;
    frame->spsr = SPSR_SS | (level == 0 ? 0 : current_level() << 2 | 1);
    frame->x[0] = (uint64_t)&word - (level == 0 ? IMAGE - CODE_ALIAS : 0);
    frame->x[1] = level;
    frame->x[9] = UNMAPPED;
    print("%s\n", level == 0 ? "EL0" : "kernel");
    write_register(mdscr_el1, MDSCR_SS | MDSCR_KDE);
    synchronize();
    enter_frame(frame);
}

void guest_main(uint64_t device_tree)
{
    (void)device_tree;
    translation_build();
    translation_map(CODE_ALIAS, IMAGE, MAP_NORMAL | MAP_EL0 | MAP_READ_ONLY);
    translation_on();
    write_register(oslar_el1, 0);
    next_level();
}
