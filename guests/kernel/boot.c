/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The flattened device tree: big-endian words, all of them aligned. It is read before the MMU is on.
 */
#include "kernel.h"
#include "text.h"

#define MAGIC 0xD00DFEEDu
#define RAM 0x40000000UL /* where a loader may put the tree without saying so */
#define LARGEST (1u << 20)
#define DEEPEST 16
enum { BEGIN_NODE = 1, END_NODE, PROPERTY, NOP, END };

#define LINE_MAX 512

/* A PPI in the property "interrupts". */
#define PPI 1
#define PPIS 16
#define PPI_FIRST 16

struct arguments arguments = {
    .tasks = 16, .pages = ABSENT_PAGES, .rounds = 4, .offline = 1, .decline = 0, .route = "auto", .abi = "auto", .way = "auto"};
struct hypervisor hypervisor;

static char line[LINE_MAX];

static uint32_t big(uint64_t address)
{
    return __builtin_bswap32(*(const volatile uint32_t *)address);
}

/* ---- the tree ------------------------------------------------------------------------------- */

static void take_line(uint64_t value, uint32_t length)
{
    if (length == 0) {
        return;
    }
    if (length > LINE_MAX) {
        fail("the boot arguments are longer than %lu bytes", (uint64_t)LINE_MAX);
    }
    text_copy(line, (const char *)value, length);
}

static void add_cpu(uint64_t affinity)
{
    if (cpu_count < MAX_CPUS) {
        cpus[cpu_count].number = cpu_count;
        cpus[cpu_count].affinity = affinity;
        cpu_count++;
    }
}

/* Properties of /hypervisor, which come in any order. */
static int is_xen;
static unsigned event_interrupt;

static void look_at_hypervisor(const char *name, uint64_t value, uint32_t length)
{
    if (text_equal(name, "compatible")) {
        for (uint64_t at = value; at < value + length; at += text_length((const char *)at) + 1) {
            is_xen |= text_equal((const char *)at, "xen,xen");
        }
    } else if (text_equal(name, "interrupts") && length >= 12 && big(value) == PPI && big(value + 4) < PPIS) {
        event_interrupt = big(value + 4) + PPI_FIRST;
    }
    hypervisor.interrupt = is_xen ? event_interrupt : 0;
}

/* Looks at /chosen/bootargs, /hypervisor, and reg of every /cpus/cpu@N. */
static void walk(uint64_t tree)
{
    uint64_t at = tree + big(tree + 8);
    uint64_t names = tree + big(tree + 12);
    uint64_t end = tree + big(tree + 4);
    const char *path[DEEPEST] = {0};
    unsigned depth = 0;
    unsigned cells = 1;
    while (at < end) {
        uint32_t what = big(at);
        at += 4;
        if (what == BEGIN_NODE) {
            const char *name = (const char *)at;
            at += (text_length(name) + 4) & ~3UL;
            if (depth == DEEPEST) {
                fail("the device tree is deeper than %lu nodes", (uint64_t)DEEPEST);
            }
            path[depth++] = name;
        } else if (what == END_NODE && depth != 0) {
            depth--;
        } else if (what == PROPERTY) {
            uint32_t length = big(at);
            const char *name = (const char *)(names + big(at + 4));
            uint64_t value = at + 8;
            at = value + ((length + 3) & ~3UL);
            if (depth == 2 && text_equal(path[1], "chosen") && text_equal(name, "bootargs")) {
                take_line(value, length);
            } else if (depth == 2 && text_equal(path[1], "hypervisor")) {
                look_at_hypervisor(name, value, length);
            } else if (depth == 2 && text_equal(path[1], "cpus") && text_equal(name, "#address-cells")) {
                cells = big(value);
            } else if (depth == 3 && text_equal(path[1], "cpus") && text_begins(path[2], "cpu@")
                       && text_equal(name, "reg")) {
                add_cpu(cells == 2 ? (uint64_t)big(value) << 32 | big(value + 4) : big(value));
            }
        } else if (what != NOP) {
            return;
        }
    }
}

static int is_tree(uint64_t address)
{
    return (address & 3) == 0 && big(address) == MAGIC && big(address + 4) <= LARGEST;
}

/* ---- boot arguments ------------------------------------------------------------------------- */

static const struct {
    const char *name;
    uint64_t *value;
    uint64_t least, most;
} numbers[] = {
    {"tasks=", &arguments.tasks, 1, MAX_TASKS},
    {"pages=", &arguments.pages, 0, ABSENT_PAGES},
    {"rounds=", &arguments.rounds, 0, 1000000},
    {"offline=", &arguments.offline, 0, 1},
    {"decline=", &arguments.decline, 0, 1000000},
};

static void take_number(unsigned which, const char *word, const char *text)
{
    uint64_t value = 0;
    int good = *text != '\0';
    for (; *text != '\0' && good; text++) {
        good = *text >= '0' && *text <= '9' && value <= numbers[which].most;
        value = value * 10 + (uint64_t)(*text - '0');
    }
    if (!good || value < numbers[which].least || value > numbers[which].most) {
        fail("boot argument %s: give a number from %lu to %lu", word, numbers[which].least, numbers[which].most);
    }
    *numbers[which].value = value;
}

static void take_word(const char *word)
{
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (text_begins(word, numbers[i].name)) {
            take_number(i, word, word + text_length(numbers[i].name));
            return;
        }
    }
    if (text_begins(word, "route=") && text_length(word + 6) < sizeof arguments.route) {
        text_copy(arguments.route, word + 6, sizeof arguments.route);
        return;
    }
    if (text_equal(word, "abi=auto") || text_equal(word, "abi=fifo") || text_equal(word, "abi=2l")) {
        text_copy(arguments.abi, word + 4, sizeof arguments.abi);
        return;
    }
    if (text_equal(word, "ready=auto") || text_equal(word, "ready=message") || text_equal(word, "ready=flag")) {
        text_copy(arguments.way, word + 6, sizeof arguments.way);
        return;
    }
    fail("boot argument %s is not known; there are tasks= pages= rounds= offline= decline= route= abi=auto|fifo|2l ready=auto|message|flag",
         word);
}

static void take_words(void)
{
    char *at = line;
    while (*at != '\0') {
        char *word = at;
        while (*at != '\0' && *at != ' ') {
            at++;
        }
        if (*at != '\0') {
            *at++ = '\0';
        }
        if (*word != '\0') {
            take_word(word);
        }
    }
}

void boot_read(uint64_t tree)
{
    if (tree == 0) {
        tree = RAM; /* QEMU does not tell a guest that is no Linux kernel */
    }
    if (is_tree(tree)) {
        walk(tree);
    }
    if (cpu_count == 0) {
        add_cpu(read_register(mpidr_el1) & MPIDR_AFFINITY);
    }
    take_words();
}
