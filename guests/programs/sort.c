/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Three ways to sort, held against each other.
 */
#include "program.h"

#define COUNT 2000

static uint32_t numbers[COUNT];
static uint32_t copy[COUNT];

static void fill(uint32_t seed)
{
    for (int i = 0; i < COUNT; i++) {
        numbers[i] = next_random(&seed) % 100000;
        copy[i] = numbers[i];
    }
}

static void swap(uint32_t *a, uint32_t *b)
{
    uint32_t kept = *a;
    *a = *b;
    *b = kept;
}

static void quick_sort(uint32_t *a, int low, int high)
{
    while (low < high) {
        uint32_t pivot = a[low + (high - low) / 2];
        int i = low;
        int j = high;
        while (i <= j) {
            while (a[i] < pivot) {
                i++;
            }
            while (a[j] > pivot) {
                j--;
            }
            if (i <= j) {
                swap(&a[i++], &a[j--]);
            }
        }
        quick_sort(a, low, j);
        low = i;
    }
}

static void sift_down(uint32_t *a, int root, int count)
{
    for (int child = 2 * root + 1; child < count; child = 2 * root + 1) {
        if (child + 1 < count && a[child + 1] > a[child]) {
            child++;
        }
        if (a[root] >= a[child]) {
            return;
        }
        swap(&a[root], &a[child]);
        root = child;
    }
}

static void heap_sort(uint32_t *a, int count)
{
    for (int i = count / 2 - 1; i >= 0; i--) {
        sift_down(a, i, count);
    }
    for (int end = count - 1; end > 0; end--) {
        swap(&a[0], &a[end]);
        sift_down(a, 0, end);
    }
}

static void shell_sort(uint32_t *a, int count)
{
    for (int gap = count / 2; gap > 0; gap /= 2) {
        for (int i = gap; i < count; i++) {
            uint32_t value = a[i];
            int j = i;
            for (; j >= gap && a[j - gap] > value; j -= gap) {
                a[j] = a[j - gap];
            }
            a[j] = value;
        }
    }
}

static uint64_t checksum(const uint32_t *a)
{
    uint64_t sum = 0;
    for (int i = 0; i < COUNT; i++) {
        sum = mix(sum, a[i]);
    }
    return sum;
}

void program(void)
{
    uint64_t sum = 0;
    for (uint32_t round = 0; round < 4 * SCALE; round++) {
        fill(round);
        quick_sort(numbers, 0, COUNT - 1);
        uint64_t expected = checksum(numbers);
        fill(round);
        heap_sort(numbers, COUNT);
        if (checksum(numbers) != expected) {
            fail("heap sort differs in round %lu", (uint64_t)round);
        }
        shell_sort(copy, COUNT);
        if (checksum(copy) != expected) {
            fail("shell sort differs in round %lu", (uint64_t)round);
        }
        sum = mix(sum, expected);
    }
    print("sort: 0x%lx\n", sum);
}
