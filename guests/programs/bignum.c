/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Numbers of many words: factorials, Fibonacci numbers, powers modulo a prime.
 */
#include "program.h"

#define WORDS 64

struct number {
    uint32_t word[WORDS];
    int size;
};

static void set(struct number *n, uint32_t value)
{
    n->word[0] = value;
    n->size = 1;
}

static void multiply(struct number *n, uint32_t by)
{
    uint64_t carry = 0;
    for (int i = 0; i < n->size; i++) {
        carry += (uint64_t)n->word[i] * by;
        n->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry != 0 && n->size < WORDS) {
        n->word[n->size++] = (uint32_t)carry;
    }
}

static void add(struct number *n, const struct number *by)
{
    uint64_t carry = 0;
    int size = n->size > by->size ? n->size : by->size;
    for (int i = 0; i < size; i++) {
        carry += (i < n->size ? n->word[i] : 0) + (uint64_t)(i < by->size ? by->word[i] : 0);
        n->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    n->size = size;
    if (carry != 0 && n->size < WORDS) {
        n->word[n->size++] = (uint32_t)carry;
    }
}

static uint32_t divide(struct number *n, uint32_t by)
{
    uint64_t rest = 0;
    for (int i = n->size - 1; i >= 0; i--) {
        rest = rest << 32 | n->word[i];
        n->word[i] = (uint32_t)(rest / by);
        rest %= by;
    }
    while (n->size > 1 && n->word[n->size - 1] == 0) {
        n->size--;
    }
    return (uint32_t)rest;
}

static uint64_t digits(struct number n)
{
    uint64_t sum = 0;
    while (n.size > 1 || n.word[0] != 0) {
        sum = mix(sum, divide(&n, 1000000000));
    }
    return sum;
}

static uint64_t multiply_modulo(uint64_t a, uint64_t b, uint64_t modulus)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    uint64_t high = (uint64_t)(product >> 64);
    uint64_t low = (uint64_t)product;
    uint64_t rest = high % modulus;
    for (int bit = 63; bit >= 0; bit--) {
        uint64_t top = rest >> 63;
        rest = rest << 1 | (low >> bit & 1);
        if (top != 0 || rest >= modulus) {
            rest -= modulus;
        }
    }
    return rest;
}

static uint64_t power_modulo(uint64_t base, uint64_t exponent, uint64_t modulus)
{
    uint64_t result = 1;
    for (; exponent != 0; exponent >>= 1) {
        if (exponent & 1) {
            result = multiply_modulo(result, base, modulus);
        }
        base = multiply_modulo(base, base, modulus);
    }
    return result;
}

void program(void)
{
    uint64_t sum = 0;
    for (uint32_t round = 0; round < SCALE; round++) {
        struct number factorial;
        set(&factorial, 1 + round % 3);
        for (uint32_t i = 2; i <= 250; i++) {
            multiply(&factorial, i);
        }
        sum = mix(sum, digits(factorial));
        struct number a;
        struct number b;
        set(&a, 0);
        set(&b, 1 + round % 5);
        for (int i = 0; i < 1200; i++) {
            struct number next = b;
            add(&next, &a);
            a = b;
            b = next;
        }
        sum = mix(sum, digits(b));
        sum = mix(sum, power_modulo(3 + round, 0xFFFFFFFFFFFFFFC4ul, 0xFFFFFFFFFFFFFFC5ul));
    }
    print("bignum: 0x%lx\n", sum);
}
