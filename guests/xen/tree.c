/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the device tree says of the machine. It is read before the MMU is on, so by aligned words and by bytes.
 */
#include "xen.h"

enum { BEGIN_NODE = 1, END_NODE, PROPERTY, NOP };
#define DEEPEST 8
#define PPI_FIRST 16

struct machine machine;

/* Properties of the node that is being read, which may come in any order. */
struct node {
    uint64_t compatible, compatible_length;
    uint64_t reg;
    uint64_t interrupts;
    int disabled;
};

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

static int compatible_with(const struct node *node, const char *name)
{
    for (uint64_t at = node->compatible; at < node->compatible + node->compatible_length;) {
        if (equal((const char *)at, name)) {
            return 1;
        }
        while (*(const char *)at != '\0') {
            at++;
        }
        at++;
    }
    return 0;
}

static void end_of_node(const char *name, unsigned depth, const struct node *node)
{
    if (node->disabled) {
        return;
    }
    if (depth == 2 && equal(name, "hypervisor")) {
        machine.hypervisor = 1;
        machine.listed = compatible_with(node, "xen,xen");
        if (node->compatible != 0) {
            copy(machine.compatible, sizeof machine.compatible, (const char *)node->compatible);
        }
        if (node->reg != 0) {
            machine.window = big_pair(node->reg);
            machine.window_size = big_pair(node->reg + 8);
        }
        if (node->interrupts != 0) {
            machine.upcall = big(node->interrupts + 4) + PPI_FIRST;
        }
    } else if (node->reg != 0 && compatible_with(node, "arm,gic-v3")) {
        machine.distributor = big_pair(node->reg);
        machine.redistributors = big_pair(node->reg + 16);
    } else if (node->reg != 0 && (compatible_with(node, "arm,pl011") || compatible_with(node, "arm,sbsa-uart"))) {
        machine.uart = big_pair(node->reg);
    }
}

void read_tree(uint64_t tree)
{
    if (tree == 0 || big(tree) != 0xD00DFEEDu) {
        return;
    }
    uint64_t at = tree + big(tree + 8);
    uint64_t names = tree + big(tree + 12);
    uint64_t end = tree + big(tree + 4);
    const char *path[DEEPEST] = {0};
    struct node nodes[DEEPEST] = {0};
    unsigned depth = 0;
    unsigned cells = 1;
    while (at < end) {
        uint32_t what = big(at);
        at += 4;
        if (what == BEGIN_NODE && depth < DEEPEST) {
            path[depth] = (const char *)at;
            nodes[depth++] = (struct node){0};
            while (*(const char *)at != '\0') {
                at++;
            }
            at = (at + 4) & ~3UL;
        } else if (what == END_NODE && depth != 0) {
            end_of_node(path[depth - 1], depth, &nodes[depth - 1]);
            depth--;
        } else if (what == PROPERTY && depth != 0) {
            uint32_t length = big(at);
            const char *name = (const char *)(names + big(at + 4));
            uint64_t value = at + 8;
            struct node *node = &nodes[depth - 1];
            at = value + ((length + 3) & ~3UL);
            if (equal(name, "compatible")) {
                node->compatible = value;
                node->compatible_length = length;
            } else if (equal(name, "reg")) {
                node->reg = value;
                if (depth == 3 && equal(path[1], "cpus") && begins(path[2], "cpu@") && machine.cpus < MAX_CPUS) {
                    machine.affinity[machine.cpus++] = cells == 2 ? big_pair(value) : big(value);
                }
            } else if (equal(name, "interrupts")) {
                node->interrupts = value;
            } else if (equal(name, "status")) {
                node->disabled = !begins((const char *)value, "ok");
            } else if (depth == 2 && equal(path[1], "cpus") && equal(name, "#address-cells")) {
                cells = big(value);
            } else if (depth == 2 && equal(path[1], "chosen") && equal(name, "bootargs") && length != 0) {
                copy(machine.arguments, sizeof machine.arguments, (const char *)value);
            }
        } else if (what != NOP) {
            return;
        }
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
