/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Calls, deep and many: Ackermann, Fibonacci, queens, towers.
 */
#include "program.h"

static uint64_t __attribute__((noinline)) ackermann(uint64_t m, uint64_t n)
{
    if (m == 0) {
        return n + 1;
    }
    if (n == 0) {
        return ackermann(m - 1, 1);
    }
    return ackermann(m - 1, ackermann(m, n - 1));
}

static uint64_t __attribute__((noinline)) fibonacci(uint64_t n)
{
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static uint64_t __attribute__((noinline)) queens(unsigned all, unsigned columns, unsigned left, unsigned right)
{
    if (columns == all) {
        return 1;
    }
    uint64_t count = 0;
    for (unsigned free = all & ~(columns | left | right); free != 0;) {
        unsigned bit = free & -free;
        free -= bit;
        count += queens(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return count;
}

static uint64_t moves;

static void __attribute__((noinline)) towers(int count, int from, int to, int spare)
{
    if (count > 0) {
        towers(count - 1, from, spare, to);
        moves = mix(moves, (uint64_t)(count * 16 + from * 4 + to));
        towers(count - 1, spare, to, from);
    }
}

void program(void)
{
    uint64_t sum = 0;
    for (int round = 0; round < SCALE; round++) {
        sum = mix(sum, ackermann(2, 60));
        sum = mix(sum, fibonacci(16));
        sum = mix(sum, queens((1u << 7) - 1, 0, 0, 0));
        towers(10, 0, 2, 1);
    }
    print("recursion: 0x%lx 0x%lx\n", sum, moves);
}
