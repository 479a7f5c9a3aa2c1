/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A process at EL0 with demand-mapped pages: its faults map blocks, its system calls come back with results, and what it
 * may not do is answered with the syndrome that says so.
 */
#include "runtime/runtime.h"

#define CODE_ALIAS 0x6000000000UL
#define IMAGE 0x40000000UL
#define HEAP 0x7000000000UL
#define HEAP_MEMORY 0x46000000UL
#define BLOCK 0x200000UL
#define HEAP_BLOCKS 4
#define STACK_TOP (HEAP + BLOCK)

enum call { CALL_ADD, CALL_EXIT };

static uint64_t mapped;
static uint64_t calls;
static uint64_t result;
static struct frame kernel;

extern uint64_t enter_process(const struct frame *frame, struct frame *kernel);

/* Position-independent, so it runs at the alias too. It keeps its results on the heap. */
__asm__(".text\n"
        ".balign 16\n"
        ".global process\n"
        "process:\n"
        "mov x20, #0\n"
        "1: str x20, [x19, x20, lsl #3]\n" /* one heap block after the other is touched */
        "add x20, x20, #0x4000\n"
        "cmp x20, #0x100000\n"
        "b.lo 1b\n"
        "mov x21, #0\n"
        "mov x22, #0\n"
        "2: mov x0, x21\n"
        "mov x1, x22\n"
        "svc #0\n"
        "mov x21, x0\n"
        "add x22, x22, #1\n"
        "cmp x22, #100\n"
        "b.ne 2b\n"
        "mrs x0, sctlr_el1\n" /* undefined here */
        "ldr x0, [x23]\n"     /* the kernel's */
        "str x0, [x24]\n"     /* read only */
        "msr daifset, #2\n"
        "brk #77\n"
        "add x1, x19, #1\n"
        "ldaxr x0, [x1]\n"
        "mov x0, x21\n"
        "svc #1\n");
extern const char process[];

/* enter_frame() with a way back. */
__asm__(".text\n"
        ".global enter_process\n"
        "enter_process:\n"
        "stp x19, x20, [x1, #152]\n"
        "stp x21, x22, [x1, #168]\n"
        "stp x23, x24, [x1, #184]\n"
        "stp x25, x26, [x1, #200]\n"
        "stp x27, x28, [x1, #216]\n"
        "stp x29, x30, [x1, #232]\n"
        "mov x2, sp\n"
        "str x2, [x1, #264]\n"
        "b enter_frame\n"
        ".global leave_process\n"
        "leave_process:\n"
        "ldp x19, x20, [x1, #152]\n"
        "ldp x21, x22, [x1, #168]\n"
        "ldp x23, x24, [x1, #184]\n"
        "ldp x25, x26, [x1, #200]\n"
        "ldp x27, x28, [x1, #216]\n"
        "ldp x29, x30, [x1, #232]\n"
        "ldr x2, [x1, #264]\n"
        "mov sp, x2\n"
        "ret\n");
extern __attribute__((noreturn)) void leave_process(uint64_t status, const struct frame *kernel);

static void system_call(struct frame *frame, unsigned number)
{
    calls++;
    if (number == CALL_EXIT) {
        leave_process(frame->x[0], &kernel);
    }
    frame->x[0] += frame->x[1];
}

void exception(struct frame *frame, uint64_t source)
{
    uint64_t syndrome = read_register(esr_el1);
    uint64_t address = read_register(far_el1);
    unsigned class = (unsigned)(syndrome >> 26);
    if (source != FROM_EL0_SYNC) {
        fail("exception %lu at 0x%lx, ESR_EL1 0x%lx, FAR_EL1 0x%lx", source, frame->elr, syndrome, address);
    }
    if (class == 0x15) {
        system_call(frame, (unsigned)syndrome & 0xFFFF);
        return;
    }
    if (class == 0x24 && (syndrome & 0x3C) == 4 && address - HEAP < HEAP_BLOCKS * BLOCK) {
        uint64_t block = address & ~(BLOCK - 1);
        print("map 0x%lx for 0x%lx, ESR_EL1 0x%lx\n", block, address, syndrome);
        translation_map(block, block - HEAP + HEAP_MEMORY, MAP_NORMAL | MAP_EL0 | MAP_NO_EXECUTE_EL0 | MAP_NO_EXECUTE_EL1);
        __asm__ volatile("dsb ish\n\tisb" ::: "memory");
        mapped++;
        return;
    }
    print("refused at +0x%lx: class 0x%lx, ISS 0x%lx, SPSR 0x%lx\n", frame->elr - CODE_ALIAS - (uint64_t)process + IMAGE,
          (uint64_t)class, class == 0x18 ? 0 : syndrome & 0x1FFFFFF, frame->spsr);
    frame->elr += 4;
}

void program(void)
{
    /* enter_frame() leaves the stack behind the frame. */
    static _Alignas(16) struct {
        unsigned char stack[4096];
        struct frame frame;
    } space;
    struct frame *frame = &space.frame;
    frame->elr = (uint64_t)process - IMAGE + CODE_ALIAS;
    frame->spsr = 0;
    frame->sp_el0 = STACK_TOP;
    frame->x[19] = HEAP;
    frame->x[23] = (uint64_t)&mapped;
    frame->x[24] = frame->elr;
    result = enter_process(frame, &kernel);
    print("mapped %lu, calls %lu, result %lu\n", mapped, calls, result);
    /* The heap as the kernel sees it, after a TLB flush and with the mappings gone. */
    translation_map(HEAP, 0, 0);
    __asm__ volatile("dsb ish\n\ttlbi vmalle1is\n\tdsb ish\n\tisb" ::: "memory");
    __asm__ volatile("at s1e1r, %0\n\tisb" ::"r"(HEAP) : "memory");
    print("heap after unmapping: PAR_EL1.F %lu\n", read_register(par_el1) & 1);
    print("word %lu\n", *(uint64_t *)(HEAP_MEMORY + 0x4000 * 8));
}

void guest_main(uint64_t device_tree)
{
    (void)device_tree;
    translation_build();
    translation_map(CODE_ALIAS, IMAGE, MAP_NORMAL | MAP_EL0 | MAP_READ_ONLY);
    translation_on();
    program();
}
