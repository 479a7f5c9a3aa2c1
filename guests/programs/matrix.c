/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Arrays: products of matrices, the game of life, shortest paths.
 */
#include "program.h"

#define SIZE 24
#define BOARD 48

static int32_t a[SIZE][SIZE];
static int32_t b[SIZE][SIZE];
static int32_t c[SIZE][SIZE];
static uint8_t board[2][BOARD][BOARD];

static void product(void)
{
    for (int i = 0; i < SIZE; i++) {
        for (int j = 0; j < SIZE; j++) {
            int32_t sum = 0;
            for (int k = 0; k < SIZE; k++) {
                sum += a[i][k] * b[k][j];
            }
            c[i][j] = sum;
        }
    }
}

static void shortest_paths(void)
{
    for (int k = 0; k < SIZE; k++) {
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < SIZE; j++) {
                int32_t through = a[i][k] + a[k][j];
                if (through < a[i][j]) {
                    a[i][j] = through;
                }
            }
        }
    }
}

static void generation(int from)
{
    for (int y = 0; y < BOARD; y++) {
        for (int x = 0; x < BOARD; x++) {
            int neighbours = 0;
            for (int dy = BOARD - 1; dy <= BOARD + 1; dy++) {
                for (int dx = BOARD - 1; dx <= BOARD + 1; dx++) {
                    neighbours += board[from][(y + dy) % BOARD][(x + dx) % BOARD];
                }
            }
            neighbours -= board[from][y][x];
            board[1 - from][y][x] = neighbours == 3 || (neighbours == 2 && board[from][y][x]);
        }
    }
}

void program(void)
{
    uint64_t sum = 0;
    uint32_t seed = 11;
    for (int y = 0; y < BOARD; y++) {
        for (int x = 0; x < BOARD; x++) {
            board[0][y][x] = next_random(&seed) % 3 == 0;
        }
    }
    for (int round = 0; round < 2 * SCALE; round++) {
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < SIZE; j++) {
                a[i][j] = (int32_t)(next_random(&seed) % 1000) + 1;
                b[i][j] = (int32_t)(next_random(&seed) % 1000) - 500;
            }
        }
        product();
        shortest_paths();
        generation(round & 1);
        for (int i = 0; i < SIZE; i++) {
            sum = mix(sum, (uint64_t)(c[i][SIZE - 1 - i] + a[i][i / 2]));
        }
    }
    uint64_t alive = 0;
    for (int y = 0; y < BOARD; y++) {
        for (int x = 0; x < BOARD; x++) {
            alive += board[0][y][x];
        }
    }
    print("matrix: %lu alive, 0x%lx\n", alive, sum);
}
