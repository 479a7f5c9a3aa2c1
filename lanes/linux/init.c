/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The first and only process of a Linux guest: it says how many processors are on line and turns the machine off.
 * Static, without a C library, without floating point.
 */

enum {
    SYS_EXIT = 93,
    SYS_SCHED_GETAFFINITY = 123,
    SYS_REBOOT = 142,
    SYS_SYNC = 81,
    SYS_WRITE = 64,
};

#define REBOOT_MAGIC1 0xfee1dead
#define REBOOT_MAGIC2 0x28121969
#define REBOOT_POWER_OFF 0x4321fedc

static long call(long number, long a, long b, long c)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
}

static unsigned long length(const char *text)
{
    unsigned long n = 0;
    while (text[n])
        n++;
    return n;
}

static void print(const char *text)
{
    call(SYS_WRITE, 1, (long)text, (long)length(text));
}

static void print_number(unsigned long value)
{
    char digits[21];
    int i = 20;
    digits[i] = 0;
    do {
        digits[--i] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    print(&digits[i]);
}

static unsigned long processors(void)
{
    static unsigned long mask[16];
    unsigned long count = 0;
    long bytes = call(SYS_SCHED_GETAFFINITY, 0, sizeof(mask), (long)mask);
    for (long i = 0; i < bytes / (long)sizeof(long); i++)
        for (unsigned long word = mask[i]; word; word &= word - 1)
            count++;
    return count;
}

void _start(void)
{
    print("faultline-init: ");
    print_number(processors());
    print(" processors on line\n");
    call(SYS_SYNC, 0, 0, 0);
    call(SYS_REBOOT, REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_POWER_OFF);
    print("faultline-init: the machine did not turn off\n");
    call(SYS_EXIT, 1, 0, 0);
    for (;;)
        ;
}
