/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * SHA-256 (FIPS 180-4), CRC-32 and FNV-1a.
 */
#include "program.h"

static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t value, int by)
{
    return value >> by | value << (32 - by);
}

static void sha256_block(uint32_t state[8], const unsigned char *block)
{
    uint32_t w[64];
    for (int i = 0; i < 16; i++) {
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 |
               block[4 * i + 3];
    }
    for (int i = 16; i < 64; i++) {
        uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t v[8];
    for (int i = 0; i < 8; i++) {
        v[i] = state[i];
    }
    for (int i = 0; i < 64; i++) {
        uint32_t s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
        uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t t1 = v[7] + s1 + choice + constants[i] + w[i];
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

static uint64_t sha256(const unsigned char *data, uint64_t size)
{
    uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    unsigned char last[128] = {0};
    uint64_t done = 0;
    for (; done + 64 <= size; done += 64) {
        sha256_block(state, data + done);
    }
    uint64_t left = size - done;
    for (uint64_t i = 0; i < left; i++) {
        last[i] = data[done + i];
    }
    last[left] = 0x80;
    uint64_t total = left < 56 ? 64 : 128;
    for (int i = 0; i < 8; i++) {
        last[total - 1 - (uint64_t)i] = (unsigned char)(size * 8 >> 8 * i);
    }
    for (uint64_t i = 0; i < total; i += 64) {
        sha256_block(state, last + i);
    }
    return (uint64_t)state[0] << 32 | state[1];
}

static uint32_t crc32(const unsigned char *data, uint64_t size)
{
    uint32_t crc = ~0u;
    for (uint64_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
        }
    }
    return ~crc;
}

static uint64_t fnv(const unsigned char *data, uint64_t size)
{
    uint64_t hash = 0xcbf29ce484222325ul;
    for (uint64_t i = 0; i < size; i++) {
        hash = (hash ^ data[i]) * 0x100000001b3ul;
    }
    return hash;
}

static unsigned char data[4096];

void program(void)
{
    print("hash: sha256 of abc 0x%lx\n", sha256((const unsigned char *)"abc", 3));
    print("hash: crc32 of 123456789 0x%lx\n", (uint64_t)crc32((const unsigned char *)"123456789", 9));
    uint64_t sum = 0;
    uint32_t seed = 7;
    for (int round = 0; round < 2 * SCALE; round++) {
        for (uint64_t i = 0; i < sizeof data; i++) {
            data[i] = (unsigned char)next_random(&seed);
        }
        sum = mix(sum, sha256(data, sizeof data - (uint64_t)(round % 100)));
        sum = mix(sum, crc32(data, sizeof data));
        sum = mix(sum, fnv(data, sizeof data));
    }
    print("hash: 0x%lx\n", sum);
}
