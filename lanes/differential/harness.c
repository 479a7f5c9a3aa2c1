/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Runs every sequence of a generated file from a state of its own and prints a checksum of what it leaves behind:
 * registers, flags, memory, and the exceptions on the way. With -DDETAILS=N it prints the registers of sequence N too.
 */
#include "../../guests/programs/program.h"

#define REGISTERS 30
#define STACK_POINTER 30
#define FLAGS 31
#define AREA 12288

extern void (*const sequences[])(void);
void run_sequence(void (*code)(void), uint64_t *state);

static _Alignas(4096) unsigned char data[AREA];
static uint64_t state[34];
static uint64_t exceptions;
static uint64_t taken;

#ifdef DETAILS
#define LOG 64

static struct entry {
    uint64_t source, syndrome, address, state, fault;
} log[LOG];
static int logged;
#endif

void exception(struct frame *frame, uint64_t source)
{
    uint64_t syndrome = read_register(esr_el1);
    uint64_t class = syndrome >> 26;
    exceptions = mix(exceptions, source);
    exceptions = mix(exceptions, syndrome);
    exceptions = mix(exceptions, frame->elr);
    exceptions = mix(exceptions, frame->spsr);
    if (class == 0x25) {
        exceptions = mix(exceptions, read_register(far_el1));
    }
#ifdef DETAILS
    if (logged < LOG) {
        log[logged++] = (struct entry){source, syndrome, frame->elr, frame->spsr, read_register(far_el1)};
    }
#endif
    taken++;
    if (class != 0x15) {
        frame->elr += 4;
    }
}

static uint64_t random64(uint32_t *seed)
{
    static const uint64_t interesting[] = {
        0, 1, ~0ul, 0x8000000000000000ul, 0x7FFFFFFFFFFFFFFFul, 0x80000000ul, 0x7FFFFFFFul, 0xFFFFFFFFul, 0xFFul, 0x8000ul,
    };
    uint32_t choice = next_random(seed);
    if (choice % 4 == 0) {
        return interesting[choice / 4 % 10];
    }
    uint64_t high = next_random(seed);
    uint64_t middle = next_random(seed);
    return high << 40 ^ middle << 20 ^ next_random(seed);
}

void program(void)
{
    uint64_t total = 0;
    for (uint64_t n = 0; sequences[n] != 0; n++) {
        uint32_t seed = (uint32_t)n + 1;
        for (int i = 0; i < REGISTERS; i++) {
            state[i] = random64(&seed);
        }
        state[29] = (uint64_t)data + 4096;
        state[STACK_POINTER] = (uint64_t)data + 8192;
        state[FLAGS] = (uint64_t)(next_random(&seed) & 15) << 28;
        for (int i = 0; i < AREA; i += 8) {
            *(uint64_t *)&data[i] = random64(&seed);
        }
        exceptions = 0;
#ifdef DETAILS
        logged = 0;
#endif
        write_register(tpidr_el1, n);
        write_register(tpidrro_el0, n);
        write_register(far_el1, n);
        write_register(par_el1, n);
        run_sequence(sequences[n], state);
        uint64_t sum = exceptions;
        for (int i = 0; i <= FLAGS; i++) {
            sum = mix(sum, state[i]);
        }
        for (int i = 0; i < AREA; i += 8) {
            sum = mix(sum, *(uint64_t *)&data[i]);
        }
        total++;
        print("%lu: 0x%lx\n", n, sum);
#ifdef DETAILS
        if (n == DETAILS) {
            for (int i = 0; i <= FLAGS; i++) {
                print("  %lu: 0x%lx\n", (uint64_t)i, state[i]);
            }
            for (int i = 0; i < logged; i++) {
                print("  exception %lu, ESR 0x%lx, ELR 0x%lx, SPSR 0x%lx, FAR 0x%lx\n", log[i].source, log[i].syndrome,
                      log[i].address, log[i].state, log[i].fault);
            }
        }
#endif
    }
    print("differential: %lu sequences, %lu exceptions\n", total, taken);
}
