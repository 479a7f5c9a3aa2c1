/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * hvc0: what is typed arrives, and a burst of output comes out whole.
 */
#include "scenes.h"

enum { TCGETS = 0x5401, TCSETS = 0x5402 };
enum { TYPED = 50000, CHARACTERS = 89, LINES = 1171, LINE = 896 };

struct terminal {
    u32 input, output, control, local;
    u8 discipline, characters[19];
};

/* No echo, no lines, no signals: what is typed is what is read. */
static struct terminal quiet(void)
{
    struct terminal old, raw;
    long error = call3(SYS_IOCTL, 0, TCGETS, &old);
    if (error < 0)
        die("the console is no terminal: ", decimal(error), (char *)0);
    raw = old;
    raw.input = raw.local = 0;
    raw.characters[5] = 0;
    raw.characters[6] = 1;
    call3(SYS_IOCTL, 0, TCSETS, &raw);
    return old;
}

void scene_input(void)
{
    static u8 typed[4096];
    struct terminal old = quiet();
    u32 got = 0;
    say("toolstack: type ", decimal(TYPED), (char *)0);
    while (got < TYPED) {
        long more;
        if (!readable(0, 10000))
            die("of ", decimal(TYPED), " characters ", decimal(got), " have come", (char *)0);
        more = call3(SYS_READ, 0, typed, sizeof(typed));
        if (more <= 0)
            die("reading the console gave ", decimal(more), (char *)0);
        for (long i = 0; i < more; i++, got++)
            if (typed[i] != ' ' + (got + (got + 1) / CHARACTERS) % CHARACTERS)
                die("character ", decimal(got), " is ", decimal(typed[i]), (char *)0);
    }
    if (readable(0, 50))
        die("more has come than was typed", (char *)0);
    call3(SYS_IOCTL, 0, TCSETS, &old);
    say("faultline-client: input: ", decimal(got), " characters, each in its place", (char *)0);
}

/* A burst of lines that say where one is missing, 1 MiB all in all. */
static void burst(long file, const char *name)
{
    static char line[LINE];
    u64 head = length(name);
    for (u32 i = 0; i < LINES; i++) {
        memcpy(line, name, head);
        line[head] = ' ';
        for (u32 digit = 0, rest = i; digit < 4; digit++, rest /= 10)
            line[head + 4 - digit] = (char)('0' + rest % 10);
        line[head + 5] = ' ';
        for (u64 at = head + 6; at < LINE - 1; at++)
            line[at] = (char)('a' + (at - head - 6 + i) % 26);
        line[LINE - 1] = '\n';
        for (u64 done = 0; done < LINE;) {
            long written = call3(SYS_WRITE, file, line + done, LINE - done);
            if (written <= 0)
                die(name, ": writing line ", decimal(i), " gave ", decimal(written), (char *)0);
            done += (u64)written;
        }
    }
    say("faultline-client: ", name, ": ", decimal(LINES), " lines of ", decimal(LINE), " characters sent", (char *)0);
}

void scene_tty(void)
{
    burst(1, "tty-burst");
}

void scene_printk(void)
{
    long file = open_file("/dev/kmsg", O_WRONLY);
    if (file < 0)
        die("/dev/kmsg cannot be opened: ", decimal(file), (char *)0);
    burst(file, "printk-burst");
    call3(SYS_CLOSE, file, 0, 0);
}
