/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "user.h"

#include <stdarg.h>

#define REBOOT_MAGIC1 0xfee1dead
#define REBOOT_MAGIC2 0x28121969
#define REBOOT_POWER_OFF 0x4321fedc

enum { AT_FDCWD = -100, POLLIN = 1 };

void *memset(void *target, int value, u64 count)
{
    u8 *to = target;
    while (count--)
        *to++ = (u8)value;
    return target;
}

void *memcpy(void *target, const void *source, u64 count)
{
    u8 *to = target;
    const u8 *from = source;
    while (count--)
        *to++ = *from++;
    return target;
}

int memcmp(const void *one, const void *other, u64 count)
{
    const u8 *a = one, *b = other;
    for (; count; count--, a++, b++)
        if (*a != *b)
            return *a - *b;
    return 0;
}

u64 length(const char *text)
{
    u64 n = 0;
    while (text[n])
        n++;
    return n;
}

int same(const char *one, const char *other)
{
    while (*one && *one == *other)
        one++, other++;
    return *one == *other;
}

const char *find(const char *text, const char *part)
{
    u64 n = length(part);
    for (; *text; text++)
        if (length(text) >= n && !memcmp(text, part, n))
            return text;
    return 0;
}

u64 number(const char **text)
{
    u64 value = 0;
    while (**text >= '0' && **text <= '9')
        value = value * 10 + (u64)(*(*text)++ - '0');
    return value;
}

const char *decimal(long value)
{
    static char buffers[16][24];
    static u32 next;
    char *buffer = buffers[next++ % 16];
    int i = 23, negative = value < 0;
    u64 rest = negative ? -(u64)value : (u64)value;
    buffer[i] = 0;
    do {
        buffer[--i] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (negative)
        buffer[--i] = '-';
    return &buffer[i];
}

/* One write for a line, so that the kernel's own lines do not come in between. */
static void say_all(const char *text, va_list more)
{
    char line[512];
    u64 used = 0;
    for (; text; text = va_arg(more, const char *))
        for (; *text && used < sizeof(line) - 1; text++)
            line[used++] = *text;
    line[used++] = '\n';
    for (u64 done = 0; done < used;) {
        long written = call3(SYS_WRITE, 1, line + done, used - done);
        if (written > 0)
            done += (u64)written;
        else if (written != -EINTR && written != -EAGAIN)
            return;
    }
}

void say(const char *text, ...)
{
    va_list more;
    va_start(more, text);
    say_all(text, more);
    va_end(more);
}

void die(const char *text, ...)
{
    va_list more;
    say("faultline-client: FAILED, and this is why:", (char *)0);
    va_start(more, text);
    say_all(text, more);
    va_end(more);
    call3(SYS_REBOOT, REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_POWER_OFF);
    for (;;)
        call3(SYS_EXIT, 1, 0, 0);
}

long open_file(const char *path, int flags)
{
    return call(SYS_OPENAT, AT_FDCWD, (long)path, flags, 0, 0, 0);
}

long slurp(const char *path, char *buffer, u64 room)
{
    long file = open_file(path, O_RDONLY), total = 0, got;
    if (file < 0)
        return file;
    while ((got = call3(SYS_READ, file, buffer + total, room - 1 - (u64)total)) > 0)
        total += got;
    call3(SYS_CLOSE, file, 0, 0);
    buffer[total] = 0;
    return total;
}

long put(const char *path, const char *text)
{
    long file = open_file(path, O_WRONLY), result;
    if (file < 0)
        return file;
    result = call3(SYS_WRITE, file, text, length(text));
    call3(SYS_CLOSE, file, 0, 0);
    return result;
}

struct time {
    long seconds, nanoseconds;
};

int readable(long file, long milliseconds)
{
    struct {
        int file;
        short events, found;
    } one = {(int)file, POLLIN, 0};
    struct time limit = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    return call(SYS_PPOLL, (long)&one, 1, (long)&limit, 0, 0, 0) == 1 && (one.found & POLLIN);
}

void sleep_ms(long milliseconds)
{
    struct time span = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    call3(SYS_NANOSLEEP, &span, 0, 0);
}

void pin_to(u32 cpu)
{
    u64 mask = 1UL << cpu;
    long error = call3(SYS_SCHED_SETAFFINITY, 0, sizeof(mask), &mask);
    if (error < 0 || current_cpu() != cpu)
        die("pinning to cpu ", decimal(cpu), " gave ", decimal(error), " on cpu ", decimal(current_cpu()), (char *)0);
}

void unpin(void)
{
    u64 all = ~0UL;
    long error = call3(SYS_SCHED_SETAFFINITY, 0, sizeof(all), &all);
    if (error < 0)
        die("unpinning gave ", decimal(error), (char *)0);
}

u32 current_cpu(void)
{
    u32 cpu = ~0U;
    call3(SYS_GETCPU, &cpu, 0, 0);
    return cpu;
}

u32 processors(void)
{
    char text[64];
    const char *at = text;
    u32 count = 0;
    if (slurp("/sys/devices/system/cpu/online", text, sizeof(text)) <= 0)
        die("the kernel does not say which processors are on line", (char *)0);
    while (*at >= '0' && *at <= '9') {
        u64 first = number(&at), last = first;
        if (*at == '-') {
            at++;
            last = number(&at);
        }
        count += (u32)(last - first + 1);
        if (*at == ',')
            at++;
    }
    return count;
}
