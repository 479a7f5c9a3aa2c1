/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Numbers of many words: factorials, Fibonacci numbers, powers modulo a Mersenne prime, digits of pi.
 */
#include "runtime/runtime.h"

#define WORDS 32

struct number {
    uint64_t word[WORDS];
};

static uint64_t multiply_small(struct number *number, uint64_t by)
{
    unsigned __int128 carry = 0;
    for (int i = 0; i < WORDS; i++) {
        carry += (unsigned __int128)number->word[i] * by;
        number->word[i] = (uint64_t)carry;
        carry >>= 64;
    }
    return (uint64_t)carry;
}

static void add(struct number *to, const struct number *what)
{
    unsigned carry = 0;
    for (int i = 0; i < WORDS; i++) {
        uint64_t first;
        carry = (unsigned)__builtin_add_overflow(to->word[i], carry, &first);
        carry += (unsigned)__builtin_add_overflow(first, what->word[i], &to->word[i]);
    }
}

/* Divides by less than 2^32 and gives the remainder. */
static uint64_t divide_small(struct number *number, uint64_t by)
{
    uint64_t rest = 0;
    for (int i = WORDS - 1; i >= 0; i--) {
        uint64_t high = rest << 32 | number->word[i] >> 32;
        uint64_t low = high % by << 32 | (number->word[i] & 0xFFFFFFFF);
        number->word[i] = high / by << 32 | low / by;
        rest = low % by;
    }
    return rest;
}

static int is_zero(const struct number *number)
{
    for (int i = 0; i < WORDS; i++) {
        if (number->word[i] != 0) {
            return 0;
        }
    }
    return 1;
}

static void print_decimal(const char *name, struct number number)
{
    char digits[WORDS * 20];
    char *at = digits + sizeof(digits) - 1;
    *at = '\0';
    do {
        *--at = (char)('0' + divide_small(&number, 10));
    } while (!is_zero(&number));
    print("%s %s\n", name, at);
}

#define MERSENNE_61 ((1UL << 61) - 1)

static uint64_t multiply_modulo(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    uint64_t sum = (uint64_t)(product & MERSENNE_61) + (uint64_t)(product >> 61);
    return sum >= MERSENNE_61 ? sum - MERSENNE_61 : sum;
}

static uint64_t power_modulo(uint64_t base, uint64_t exponent)
{
    uint64_t result = 1;
    for (; exponent != 0; exponent >>= 1) {
        if (exponent & 1) {
            result = multiply_modulo(result, base);
        }
        base = multiply_modulo(base, base);
    }
    return result;
}

#define PI_DIGITS 100
#define PI_CELLS (PI_DIGITS * 10 / 3 + 1)

/* The spigot of Rabinowitz and Wagon, three digits at a time left out: one by one is enough here. */
static void pi(void)
{
    static uint64_t cells[PI_CELLS];
    for (int i = 0; i < PI_CELLS; i++) {
        cells[i] = 2;
    }
    uint64_t held = 0;
    uint64_t nines = 0;
    int begun = 0;
    for (int digit = 0; digit < PI_DIGITS; digit++) {
        uint64_t carry = 0;
        for (int i = PI_CELLS - 1; i > 0; i--) {
            uint64_t value = cells[i] * 10 + carry;
            uint64_t divisor = 2 * (uint64_t)i + 1;
            cells[i] = value % divisor;
            carry = value / divisor * (uint64_t)i;
        }
        uint64_t value = cells[0] * 10 + carry;
        cells[0] = value % 10;
        uint64_t next = value / 10;
        if (next == 9) {
            nines++;
            continue;
        }
        if (begun) {
            print("%lu", held + next / 10);
        }
        begun = 1;
        for (; nines != 0; nines--) {
            print("%s", next == 10 ? "0" : "9");
        }
        held = next % 10;
    }
    print("\n");
}

void program(void)
{
    struct number factorial = {{1}};
    for (uint64_t i = 2; i <= 300; i++) {
        if (multiply_small(&factorial, i) != 0) {
            print("%lu! does not fit\n", i);
            break;
        }
        if (i % 50 == 0) {
            print_decimal("factorial", factorial);
        }
    }
    struct number a = {{0}};
    struct number b = {{1}};
    for (int i = 0; i < 1000; i++) {
        struct number kept = b;
        add(&b, &a);
        a = kept;
    }
    print_decimal("fibonacci", a);
    for (uint64_t base = 2; base < 12; base++) {
        print("power 0x%lx 0x%lx\n", power_modulo(base, MERSENNE_61 - 1), power_modulo(base, 0x123456789ABCDEFUL));
    }
    pi();
}
