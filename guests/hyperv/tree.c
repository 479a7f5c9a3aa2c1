/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the device tree says: processors, end of RAM, boot arguments. It is read before the MMU is on, so by aligned words and
 * by bytes. Without a tree there is one processor.
 */
#include "hyperv.h"

enum { BEGIN_NODE = 1, END_NODE, PROPERTY, NOP };
#define DEEPEST 8

struct machine machine;

static uint32_t big(uint64_t address)
{
    return __builtin_bswap32(*(const volatile uint32_t *)address);
}

static uint64_t big_pair(uint64_t address)
{
    return (uint64_t)big(address) << 32 | big(address + 4);
}

static int equal(const char *left, const char *right)
{
    while (*left != '\0' && *left == *right) {
        left++;
        right++;
    }
    return *left == *right;
}

static int begins(const char *text, const char *beginning)
{
    while (*beginning != '\0') {
        if (*text++ != *beginning++) {
            return 0;
        }
    }
    return 1;
}

static void copy(char *to, size_t size, const char *from)
{
    size_t i = 0;
    for (; i + 1 < size && from[i] != '\0'; i++) {
        to[i] = from[i];
    }
    to[i] = '\0';
}

/* A property of the node at a path of names. */
static void take(const char *const *path, unsigned depth, const char *name, uint64_t value, uint32_t length, unsigned *cells)
{
    if (depth == 2 && begins(path[1], "memory") && equal(name, "reg") && length >= 16) {
        machine.ram_end = big_pair(value) + big_pair(value + 8);
    } else if (depth == 2 && equal(path[1], "chosen") && equal(name, "bootargs") && length != 0) {
        copy(machine.arguments, sizeof machine.arguments, (const char *)value);
    } else if (depth == 2 && equal(path[1], "cpus") && equal(name, "#address-cells")) {
        *cells = big(value);
    } else if (depth == 3 && equal(path[1], "cpus") && begins(path[2], "cpu@") && equal(name, "reg")) {
        if (machine.cpus < MAX_CPUS) {
            machine.affinity[machine.cpus++] = *cells == 2 ? big_pair(value) : big(value);
        }
    }
}

static void walk(uint64_t tree)
{
    uint64_t at = tree + big(tree + 8);
    uint64_t names = tree + big(tree + 12);
    uint64_t limit = tree + big(tree + 4);
    const char *path[DEEPEST] = {0};
    unsigned depth = 0;
    unsigned cells = 1;
    while (at < limit) {
        uint32_t what = big(at);
        at += 4;
        if (what == BEGIN_NODE && depth < DEEPEST) {
            path[depth++] = (const char *)at;
            while (*(const char *)at != '\0') {
                at++;
            }
            at = (at + 4) & ~3UL;
        } else if (what == END_NODE && depth != 0) {
            depth--;
        } else if (what == PROPERTY && depth != 0) {
            uint32_t length = big(at);
            take(path, depth, (const char *)(names + big(at + 4)), at + 8, length, &cells);
            at = at + 8 + ((length + 3) & ~3UL);
        } else if (what != NOP) {
            return;
        }
    }
}

void read_tree(uint64_t tree)
{
    if (tree != 0 && big(tree) == 0xD00DFEEDu) {
        walk(tree);
    }
    if (machine.cpus == 0) {
        machine.affinity[machine.cpus++] = read_register(mpidr_el1) & MPIDR_AFFINITY;
    }
}

/* What stands after the beginning of a word; 0 if no word begins so. */
static const char *after(const char *begin)
{
    const char *at = machine.arguments;
    while (*at != '\0') {
        while (*at == ' ') {
            at++;
        }
        if (begins(at, begin)) {
            while (*begin != '\0') {
                at++;
                begin++;
            }
            return at;
        }
        while (*at != '\0' && *at != ' ') {
            at++;
        }
    }
    return 0;
}

int argument(const char *word)
{
    const char *rest = after(word);
    return rest != 0 && (*rest == '\0' || *rest == ' ');
}

uint64_t argument_number(const char *begin, uint64_t otherwise)
{
    const char *at = after(begin);
    if (at == 0) {
        return otherwise;
    }
    uint64_t value = 0;
    const char *first = at;
    for (; *at >= '0' && *at <= '9' && at < first + 9; at++) {
        value = value * 10 + (uint64_t)(*at - '0');
    }
    if (at == first || (*at != '\0' && *at != ' ')) {
        fail("boot argument %s: give a number of at most nine digits", begin);
    }
    return value;
}
