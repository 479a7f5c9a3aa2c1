/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads /proc/interrupts: a column for each processor that is on line, which the first line names.
 */
#include "scenes.h"

static const char *skip_blanks(const char *text)
{
    while (*text == ' ')
        text++;
    return text;
}

/* Whether the line that begins there has the part. */
static int line_has(const char *line, const char *part)
{
    u64 n = length(part);
    for (; *line && *line != '\n'; line++)
        if (length(line) >= n && !memcmp(line, part, n))
            return 1;
    return 0;
}

static const char *next_line(const char *line)
{
    while (*line && *line != '\n')
        line++;
    return *line ? line + 1 : line;
}

static u32 columns(const char *header, u32 *cpus)
{
    u32 count = 0;
    const char *at = skip_blanks(header);
    while (!memcmp(at, "CPU", 3) && count < MOST_CPUS) {
        at += 3;
        cpus[count++] = (u32)number(&at) % MOST_CPUS;
        at = skip_blanks(at);
    }
    return count;
}

int interrupt_row(const char *text, u32 skip, struct row *row)
{
    static char table[32768];
    u32 cpus[MOST_CPUS], count;
    const char *line, *at;
    if (slurp("/proc/interrupts", table, sizeof(table)) <= 0)
        die("/proc/interrupts cannot be read", (char *)0);
    count = columns(table, cpus);
    for (line = next_line(table); *line; line = next_line(line)) {
        if (!line_has(line, text) || skip-- > 0)
            continue;
        *row = (struct row){0};
        at = skip_blanks(line);
        row->irq = (u32)number(&at);
        while (*at && *at != ':')
            at++;
        at++;
        for (u32 i = 0; i < count; i++) {
            at = skip_blanks(at);
            row->counts[cpus[i]] = number(&at);
            row->sum += row->counts[cpus[i]];
        }
        return 1;
    }
    return 0;
}
