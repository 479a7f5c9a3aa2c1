/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * SHA-256, CRC-32, Adler-32 and FNV-1a of messages of many lengths. The constants of SHA-256 are worked out here: the
 * first 32 bits of the fractional parts of the square and cube roots of the primes.
 */
#include "runtime/runtime.h"

static uint32_t round_constants[64];
static uint32_t initial[8];

static unsigned __int128 power(unsigned __int128 base, unsigned exponent)
{
    unsigned __int128 result = 1;
    while (exponent-- != 0) {
        result *= base;
    }
    return result;
}

/* floor(root(prime) * 2^32), root being the square or the cube root. */
static uint64_t scaled_root(uint64_t prime, unsigned degree)
{
    uint64_t low = 0;
    uint64_t high = 1UL << 37;
    while (high - low > 1) {
        uint64_t middle = (low + high) / 2;
        /* For the cube root 111 bits, for the square root 74 bits: both fit. */
        unsigned __int128 wanted = (unsigned __int128)prime << 32 << (degree == 2 ? 32 : 64);
        if (power(middle, degree) <= wanted) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static void make_constants(void)
{
    unsigned found = 0;
    for (uint64_t candidate = 2; found < 64; candidate++) {
        int prime = 1;
        for (uint64_t divisor = 2; divisor * divisor <= candidate; divisor++) {
            if (candidate % divisor == 0) {
                prime = 0;
            }
        }
        if (prime) {
            if (found < 8) {
                initial[found] = (uint32_t)scaled_root(candidate, 2);
            }
            round_constants[found++] = (uint32_t)scaled_root(candidate, 3);
        }
    }
}

static uint32_t rotate(uint32_t value, unsigned by)
{
    return value >> by | value << (32 - by);
}

static void compress(uint32_t state[8], const uint8_t block[64])
{
    uint32_t w[64];
    for (int i = 0; i < 16; i++) {
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8
               | block[4 * i + 3];
    }
    for (int i = 16; i < 64; i++) {
        uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t v[8];
    memcpy(v, state, sizeof(v));
    for (int i = 0; i < 64; i++) {
        uint32_t s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
        uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t t1 = v[7] + s1 + choice + round_constants[i] + w[i];
        uint32_t s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
        uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        for (int j = 7; j > 0; j--) {
            v[j] = v[j - 1];
        }
        v[4] += t1;
        v[0] = t1 + s0 + majority;
    }
    for (int i = 0; i < 8; i++) {
        state[i] += v[i];
    }
}

static void sha256(const uint8_t *message, size_t size, uint32_t state[8])
{
    uint8_t last[128];
    memcpy(state, initial, sizeof(initial));
    size_t rest = size;
    for (; rest >= 64; rest -= 64, message += 64) {
        compress(state, message);
    }
    memset(last, 0, sizeof(last));
    memcpy(last, message, rest);
    last[rest] = 0x80;
    size_t end = rest < 56 ? 64 : 128;
    for (int i = 0; i < 8; i++) {
        last[end - 1 - (size_t)i] = (uint8_t)((uint64_t)size * 8 >> 8 * i);
    }
    for (size_t i = 0; i < end; i += 64) {
        compress(state, last + i);
    }
}

static uint32_t crc32(const uint8_t *message, size_t size)
{
    uint32_t crc = ~0u;
    while (size-- != 0) {
        crc ^= *message++;
        for (int i = 0; i < 8; i++) {
            crc = crc >> 1 ^ (0xEDB88320u & -(crc & 1));
        }
    }
    return ~crc;
}

static uint32_t adler32(const uint8_t *message, size_t size)
{
    uint32_t a = 1;
    uint32_t b = 0;
    while (size-- != 0) {
        a = (a + *message++) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

static uint64_t fnv(const uint8_t *message, size_t size)
{
    uint64_t hash = 14695981039346656037UL;
    while (size-- != 0) {
        hash = (hash ^ *message++) * 1099511628211UL;
    }
    return hash;
}

static void show(const uint8_t *message, size_t size)
{
    uint32_t state[8];
    sha256(message, size, state);
    print("%lu bytes: crc 0x%lx adler 0x%lx fnv 0x%lx sha", size, (uint64_t)crc32(message, size),
          (uint64_t)adler32(message, size), fnv(message, size));
    for (int i = 0; i < 8; i++) {
        print(" %lx", (uint64_t)state[i]);
    }
    print("\n");
}

void program(void)
{
    static uint8_t message[1000];
    make_constants();
    show((const uint8_t *)"abc", 3);
    for (size_t i = 0; i < sizeof(message); i++) {
        message[i] = (uint8_t)(i * i + i / 7);
    }
    for (size_t size = 0; size <= sizeof(message); size += 37) {
        /* From odd addresses, too. */
        show(message + size % 5, size < 5 ? 0 : size - 5);
    }
}
