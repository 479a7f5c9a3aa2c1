/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Mix: numbers formatted into a buffer, read back, and put into a hash table.
 */
#include "../programs/runtime/runtime.h"

#define BUCKETS 4096

static struct {
    char text[20];
    uint32_t count;
} table[BUCKETS];

static uint32_t format(char *to, uint64_t value)
{
    char digits[20];
    uint32_t count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    for (uint32_t i = 0; i < count; i++) {
        to[i] = digits[count - 1 - i];
    }
    to[count] = '\0';
    return count;
}

static int same(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

void program(void)
{
    uint64_t seed = 88172645463325252UL;
    uint64_t probes = 0;
    for (uint32_t i = 0; i < 900000; i++) {
        char text[20];
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        uint32_t length = format(text, seed % 3000 * 1000003);
        uint32_t hash = 2166136261u;
        for (uint32_t j = 0; j < length; j++) {
            hash = (hash ^ (uint8_t)text[j]) * 16777619u;
        }
        uint32_t at = hash % BUCKETS;
        while (table[at].count != 0 && !same(table[at].text, text)) {
            at = (at + 1) % BUCKETS;
            probes++;
        }
        if (table[at].count++ == 0) {
            memcpy(table[at].text, text, sizeof(text));
        }
    }
    print("strings %lu probes\n", probes);
}
