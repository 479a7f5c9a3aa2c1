/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Integer matrices: products, transposes, determinants by elimination without fractions, shortest paths, Life.
 */
#include "runtime/runtime.h"

#define N 24

typedef int64_t matrix[N][N];

static matrix a, b, c;

static void fill(matrix m, int32_t seed)
{
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            seed = (int32_t)((uint32_t)seed * 1103515245u + 12345u);
            m[i][j] = (seed >> 16) % 50;
        }
    }
}

static void multiply(matrix to, matrix left, matrix right)
{
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            uint64_t sum = 0;
            for (int k = 0; k < N; k++) {
                sum += (uint64_t)left[i][k] * (uint64_t)right[k][j];
            }
            to[i][j] = (int64_t)sum;
        }
    }
}

static uint64_t digest(matrix m)
{
    uint64_t hash = 0;
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            hash = hash * 1000003 + (uint64_t)m[i][j];
        }
    }
    return hash;
}

/* Bareiss: every division leaves no remainder. */
static int64_t determinant(matrix m, int size)
{
    int64_t before = 1;
    int64_t sign = 1;
    for (int k = 0; k < size - 1; k++) {
        for (int i = k; m[k][k] == 0; i++) {
            if (i == size) {
                return 0;
            }
            if (m[i][k] != 0) {
                for (int j = 0; j < size; j++) {
                    int64_t kept = m[k][j];
                    m[k][j] = m[i][j];
                    m[i][j] = kept;
                }
                sign = i == k ? sign : -sign;
            }
        }
        for (int i = k + 1; i < size; i++) {
            for (int j = k + 1; j < size; j++) {
                m[i][j] = (m[i][j] * m[k][k] - m[i][k] * m[k][j]) / before;
            }
        }
        before = m[k][k];
    }
    return sign * m[size - 1][size - 1];
}

static void shortest_paths(matrix m)
{
    for (int k = 0; k < N; k++) {
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                int64_t by = m[i][k] + m[k][j];
                m[i][j] = by < m[i][j] ? by : m[i][j];
            }
        }
    }
}

static void life(void)
{
    static uint8_t now[32][32], then[32][32];
    for (int i = 0; i < 32; i++) {
        for (int j = 0; j < 32; j++) {
            now[i][j] = (uint8_t)((i * 7 + j * 13 + i * j) % 5 == 0);
        }
    }
    for (int generation = 0; generation < 40; generation++) {
        for (int i = 0; i < 32; i++) {
            for (int j = 0; j < 32; j++) {
                int around = -now[i][j];
                for (int di = -1; di <= 1; di++) {
                    for (int dj = -1; dj <= 1; dj++) {
                        around += now[(i + di) & 31][(j + dj) & 31];
                    }
                }
                then[i][j] = (uint8_t)(around == 3 || (around == 2 && now[i][j]));
            }
        }
        memcpy(now, then, sizeof(now));
    }
    for (int i = 0; i < 32; i++) {
        char line[33];
        for (int j = 0; j < 32; j++) {
            line[j] = now[i][j] ? '#' : '.';
        }
        line[32] = '\0';
        print("%s\n", line);
    }
}

void program(void)
{
    fill(a, 1);
    fill(b, 2);
    multiply(c, a, b);
    print("product 0x%lx\n", digest(c));
    multiply(a, c, c);
    print("square 0x%lx\n", digest(a));
    for (int size = 1; size <= 7; size++) {
        fill(a, size);
        print("determinant 0x%lx\n", (uint64_t)determinant(a, size));
    }
    fill(a, 9);
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            a[i][j] = i == j ? 0 : (a[i][j] & 31) + 1 + (i + j) % 40;
        }
    }
    shortest_paths(a);
    print("paths 0x%lx\n", digest(a));
    life();
}
