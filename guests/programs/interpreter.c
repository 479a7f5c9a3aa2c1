/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A machine in the machine: byte code for a sieve and for sequences of Collatz.
 */
#include "program.h"

enum { PUSH, LOAD, STORE, FETCH, PUT, ADD, SUB, MUL, MOD, LESS, JUMP, JUMP_ZERO, HALT };

#define STACK 64
#define MEMORY 4096

static int32_t stack[STACK];
static int32_t variable[16];
static int32_t memory[MEMORY];
static uint64_t steps;

static int32_t run(const int16_t *code)
{
    int sp = 0;
    int pc = 0;
    for (;;) {
        steps++;
        switch (code[pc++]) {
        case PUSH:
            stack[sp++] = code[pc++];
            break;
        case LOAD:
            stack[sp++] = variable[code[pc++]];
            break;
        case STORE:
            variable[code[pc++]] = stack[--sp];
            break;
        case FETCH:
            stack[sp - 1] = memory[stack[sp - 1] & (MEMORY - 1)];
            break;
        case PUT:
            sp -= 2;
            memory[stack[sp] & (MEMORY - 1)] = stack[sp + 1];
            break;
        case ADD:
            sp--;
            stack[sp - 1] += stack[sp];
            break;
        case SUB:
            sp--;
            stack[sp - 1] -= stack[sp];
            break;
        case MUL:
            sp--;
            stack[sp - 1] *= stack[sp];
            break;
        case MOD:
            sp--;
            stack[sp - 1] %= stack[sp];
            break;
        case LESS:
            sp--;
            stack[sp - 1] = stack[sp - 1] < stack[sp];
            break;
        case JUMP:
            pc = code[pc];
            break;
        case JUMP_ZERO:
            pc = stack[--sp] == 0 ? code[pc] : pc + 1;
            break;
        default:
            return stack[0];
        }
    }
}

/* for (a = 2; a < n; a++) if (!memory[a]) { count++; for (b = a + a; b < n; b += a) memory[b] = 1; } */
static const int16_t sieve[] = {
    PUSH, 2, STORE, 0, LOAD, 0, LOAD, 2, LESS, JUMP_ZERO, 63, LOAD, 0, FETCH, PUSH, 1, LESS,
    JUMP_ZERO, 54, LOAD, 3, PUSH, 1, ADD, STORE, 3, LOAD, 0, LOAD, 0, ADD, STORE, 1, LOAD, 1, LOAD,
    2, LESS, JUMP_ZERO, 54, LOAD, 1, PUSH, 1, PUT, LOAD, 1, LOAD, 0, ADD, STORE, 1, JUMP, 33, LOAD,
    0, PUSH, 1, ADD, STORE, 0, JUMP, 4, LOAD, 3, HALT,
};

/* while (a != 1) { a = a % 2 ? 3 * a + 1 : half[a]; count++; }, with a table of halves in the memory */
static const int16_t collatz[] = {
    LOAD, 0, PUSH, 2, LESS, JUMP_ZERO, 10, LOAD, 3, HALT, LOAD, 3, PUSH, 1, ADD, STORE, 3, LOAD, 0,
    PUSH, 2, MOD, JUMP_ZERO, 36, LOAD, 0, PUSH, 3, MUL, PUSH, 1, ADD, STORE, 0, JUMP, 0, LOAD, 0,
    FETCH, STORE, 0, JUMP, 0,
};

void program(void)
{
    uint64_t sum = 0;
    for (int round = 0; round < SCALE; round++) {
        for (int i = 0; i < MEMORY; i++) {
            memory[i] = 0;
        }
        variable[2] = 2000 + round % 50;
        variable[3] = 0;
        sum = mix(sum, (uint64_t)run(sieve));
        for (int i = 0; i < MEMORY; i++) {
            memory[i] = i / 2;
        }
        for (int start = 3; start < 15; start++) {
            variable[0] = start;
            variable[3] = 0;
            sum = mix(sum, (uint64_t)run(collatz));
        }
    }
    print("interpreter: %lu steps, 0x%lx\n", steps, sum);
}
