/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Functions that call themselves and each other: Ackermann, Hanoi, queens, permutations, an expression parser.
 */
#include "runtime/runtime.h"

static uint64_t calls;

static uint64_t ackermann(uint64_t m, uint64_t n)
{
    calls++;
    if (m == 0) {
        return n + 1;
    }
    return n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

static uint64_t hanoi(unsigned discs, unsigned from, unsigned to, uint64_t trace)
{
    if (discs == 0) {
        return trace;
    }
    unsigned other = 3 - from - to;
    trace = hanoi(discs - 1, from, other, trace);
    trace = trace * 31 + discs * 9 + from * 3 + to;
    return hanoi(discs - 1, other, to, trace);
}

static unsigned queens(unsigned all, unsigned columns, unsigned left, unsigned right)
{
    if (columns == all) {
        return 1;
    }
    unsigned solutions = 0;
    unsigned free = all & ~(columns | left | right);
    while (free != 0) {
        unsigned place = free & -free;
        free ^= place;
        solutions += queens(all, columns | place, (left | place) << 1, (right | place) >> 1);
    }
    return solutions;
}

static uint64_t permutations(char *items, int count, int at, uint64_t hash)
{
    if (at == count) {
        for (int i = 0; i < count; i++) {
            hash = hash * 131 + (unsigned char)items[i];
        }
        return hash;
    }
    for (int i = at; i < count; i++) {
        char kept = items[at];
        items[at] = items[i];
        items[i] = kept;
        hash = permutations(items, count, at + 1, hash);
        items[i] = items[at];
        items[at] = kept;
    }
    return hash;
}

static int is_even(unsigned n);
static int is_odd(unsigned n) { return n != 0 && is_even(n - 1); }
static int is_even(unsigned n) { return n == 0 || is_odd(n - 1); }

static const char *input;

static int64_t sum(void);

static int64_t factor(void)
{
    int64_t value = 0;
    if (*input == '-') {
        input++;
        return -factor();
    }
    if (*input == '(') {
        input++;
        value = sum();
        input++;
        return value;
    }
    while (*input >= '0' && *input <= '9') {
        value = value * 10 + *input++ - '0';
    }
    return value;
}

static int64_t product(void)
{
    int64_t value = factor();
    while (*input == '*' || *input == '/' || *input == '%') {
        char operation = *input++;
        int64_t right = factor();
        value = operation == '*' ? value * right : operation == '/' ? value / right : value % right;
    }
    return value;
}

static int64_t sum(void)
{
    int64_t value = product();
    while (*input == '+' || *input == '-') {
        value = *input++ == '+' ? value + product() : value - product();
    }
    return value;
}

void program(void)
{
    static const char *const expressions[] = {
        "1+2*3", "(1+2)*3", "-(7-10)*-(2+2)", "1000000007*998244353%1234567", "((((((1))))))-8/3", "-17/5+-17%5",
    };
    print("ackermann %lu\n", ackermann(2, 60));
    print("calls %lu\n", calls);
    print("hanoi 0x%lx\n", hanoi(12, 0, 2, 1));
    for (unsigned n = 4; n <= 8; n++) {
        print("queens %lu: %lu\n", (uint64_t)n, (uint64_t)queens((1u << n) - 1, 0, 0, 0));
    }
    char items[] = "faultln";
    print("permutations 0x%lx %s\n", permutations(items, 7, 0, 0), items);
    print("even %lu odd %lu\n", (uint64_t)is_even(90), (uint64_t)is_odd(90));
    for (unsigned i = 0; i < sizeof(expressions) / sizeof(expressions[0]); i++) {
        input = expressions[i];
        print("%s = 0x%lx\n", expressions[i], (uint64_t)sum());
    }
}
