/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Four ways to sort the same numbers, and a stable one to sort records.
 */
#include "runtime/runtime.h"

#define COUNT 3000

static uint32_t original[COUNT];
static uint32_t work[COUNT];
static uint32_t spare[COUNT];

static void swap(uint32_t *a, uint32_t *b)
{
    uint32_t kept = *a;
    *a = *b;
    *b = kept;
}

static void insertion(uint32_t *values, int count)
{
    for (int i = 1; i < count; i++) {
        uint32_t value = values[i];
        int j = i;
        while (j > 0 && values[j - 1] > value) {
            values[j] = values[j - 1];
            j--;
        }
        values[j] = value;
    }
}

static void heap(uint32_t *values, int count)
{
    for (int begin = count / 2, end = count; end > 1;) {
        if (begin > 0) {
            begin--;
        } else {
            swap(&values[0], &values[--end]);
        }
        for (int at = begin, child; (child = 2 * at + 1) < end; at = child) {
            if (child + 1 < end && values[child] < values[child + 1]) {
                child++;
            }
            if (values[at] >= values[child]) {
                break;
            }
            swap(&values[at], &values[child]);
        }
    }
}

static void quick(uint32_t *values, int count)
{
    if (count < 2) {
        return;
    }
    uint32_t pivot = values[(count - 1) / 2];
    int i = -1;
    int j = count;
    for (;;) {
        while (values[++i] < pivot) {
        }
        while (values[--j] > pivot) {
        }
        if (i >= j) {
            break;
        }
        swap(&values[i], &values[j]);
    }
    quick(values, j + 1);
    quick(values + j + 1, count - j - 1);
}

/* By the lower half only, so that equal keys show whether their order was kept. */
static void merge(uint32_t *values, uint32_t *other, int count)
{
    if (count < 2) {
        return;
    }
    int half = count / 2;
    merge(values, other, half);
    merge(values + half, other + half, count - half);
    memcpy(other, values, (size_t)count * sizeof(*values));
    for (int i = 0, a = 0, b = half; i < count; i++) {
        if (b == count || (a < half && (uint16_t)other[a] <= (uint16_t)other[b])) {
            values[i] = other[a++];
        } else {
            values[i] = other[b++];
        }
    }
}

static uint64_t digest(const uint32_t *values)
{
    uint64_t hash = 14695981039346656037UL;
    for (int i = 0; i < COUNT; i++) {
        hash = (hash ^ values[i]) * 1099511628211UL;
    }
    return hash;
}

static void show(const char *name, void (*sort)(uint32_t *, int))
{
    memcpy(work, original, sizeof(work));
    sort(work, COUNT);
    for (int i = 1; i < COUNT; i++) {
        if (work[i - 1] > work[i]) {
            fail("%s: out of order at %lu", name, (uint64_t)i);
        }
    }
    print("%s: first %lu, middle %lu, last %lu, digest 0x%lx\n", name, (uint64_t)work[0], (uint64_t)work[COUNT / 2],
          (uint64_t)work[COUNT - 1], digest(work));
}

void program(void)
{
    uint32_t seed = 2463534242u;
    for (int i = 0; i < COUNT; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        original[i] = seed % 100000;
    }
    show("insertion", insertion);
    show("heap", heap);
    show("quick", quick);
    memcpy(work, original, sizeof(work));
    merge(work, spare, COUNT);
    print("merge: digest 0x%lx\n", digest(work));
}
