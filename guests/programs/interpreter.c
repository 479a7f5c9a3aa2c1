/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A stack machine with a dense switch, running primes and greatest common divisors.
 */
#include "runtime/runtime.h"

enum operation { PUSH, LOAD, STORE, ADD, SUBTRACT, MULTIPLY, REMAINDER, LESS, EQUAL, JUMP, JUMP_IF_ZERO, OUTPUT, HALF, STOP };

static void interpret(const int16_t *code, uint64_t *executed)
{
    int64_t stack[32];
    int64_t variables[8] = {0};
    int top = -1;
    const int16_t *at = code;
    for (;;) {
        (*executed)++;
        switch ((enum operation)*at++) {
        case PUSH: stack[++top] = *at++; break;
        case LOAD: stack[++top] = variables[*at++]; break;
        case STORE: variables[*at++] = stack[top--]; break;
        case ADD: top--; stack[top] += stack[top + 1]; break;
        case SUBTRACT: top--; stack[top] -= stack[top + 1]; break;
        case MULTIPLY: top--; stack[top] *= stack[top + 1]; break;
        case REMAINDER: top--; stack[top] %= stack[top + 1]; break;
        case LESS: top--; stack[top] = stack[top] < stack[top + 1]; break;
        case EQUAL: top--; stack[top] = stack[top] == stack[top + 1]; break;
        case JUMP: at = code + *at; break;
        case JUMP_IF_ZERO: at = stack[top--] == 0 ? code + *at : at + 1; break;
        case OUTPUT: print(" %lu", (uint64_t)stack[top--]); break;
        case HALF: stack[top] /= 2; break;
        case STOP: print("\n"); return;
        default: fail("no such operation: %lu", (uint64_t)at[-1]);
        }
    }
}

/* for (n = 2; n < 300; n++) { for (d = 2; d * d < n + 1; d++) if (n % d == 0) goto next; print n; next: } */
static const int16_t primes[] = {
    PUSH, 2, STORE, 0,
    /* 4 */ LOAD, 0, PUSH, 300, LESS, JUMP_IF_ZERO, 50, PUSH, 2, STORE, 1,
    /* 15 */ LOAD, 1, LOAD, 1, MULTIPLY, LOAD, 0, PUSH, 1, ADD, LESS, JUMP_IF_ZERO, 42,
    /* 28 */ LOAD, 0, LOAD, 1, REMAINDER, JUMP_IF_ZERO, 51,
    /* 35 */ LOAD, 1, PUSH, 1, ADD, JUMP, 60,
    /* 42 */ LOAD, 0, OUTPUT, JUMP, 51, STOP, STOP, STOP,
    /* 50 */ STOP,
    /* 51 */ LOAD, 0, PUSH, 1, ADD, STORE, 0, JUMP, 4,
    /* 60 */ STORE, 1, JUMP, 15,
};

/* The greatest common divisor of 1071 * k and 462 * k + k * k, for k below 200; modulo 997 summed up. */
static const int16_t divisors[] = {
    PUSH, 1, STORE, 0, PUSH, 0, STORE, 3,
    /* 8 */ LOAD, 0, PUSH, 200, LESS, JUMP_IF_ZERO, 73,
    /* 15 */ LOAD, 0, PUSH, 1071, MULTIPLY, STORE, 1, LOAD, 0, PUSH, 462, MULTIPLY, LOAD, 0, LOAD, 0, MULTIPLY, ADD, STORE, 2,
    /* 35 */ LOAD, 2, JUMP_IF_ZERO, 53,
    /* 39 */ LOAD, 1, LOAD, 2, REMAINDER, LOAD, 2, STORE, 1, STORE, 2, JUMP, 35, STOP,
    /* 53 */ LOAD, 3, LOAD, 1, ADD, PUSH, 997, REMAINDER, STORE, 3, LOAD, 0, PUSH, 1, ADD, STORE, 0, JUMP, 8,
    STOP, /* 73 */ LOAD, 3, OUTPUT, PUSH, 100, HALF, OUTPUT, STOP,
};

void program(void)
{
    uint64_t executed = 0;
    interpret(primes, &executed);
    interpret(divisors, &executed);
    print("executed %lu\n", executed);
}
