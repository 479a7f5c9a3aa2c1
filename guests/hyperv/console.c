/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * In the place of lib/console.c: a line for each thing checked, and how many there were.
 */
#include <stdarg.h>

#include "hyperv.h"

/* Registers of the PL011. */
#define UART 0x09000000UL
#define DATA (UART + 0x00)
#define FLAG_REGISTER (UART + 0x18)
#define LINE_CONTROL (UART + 0x2C)
#define CONTROL (UART + 0x30)
#define TRANSMIT_FULL (1u << 5)
#define LINE_8_BITS_FIFO 0x70u
#define ENABLE_TRANSMIT 0x101u

static const char *about = "";
static uint64_t checked, failed;

void console_init(void)
{
    device_write(CONTROL, 0);
    device_write(LINE_CONTROL, LINE_8_BITS_FIFO);
    device_write(CONTROL, ENABLE_TRANSMIT);
}

static void put(char c)
{
    while (device_read(FLAG_REGISTER) & TRANSMIT_FULL) {
    }
    device_write(DATA, (unsigned char)c);
}

static void put_string(const char *text)
{
    while (*text != '\0') {
        put(*text++);
    }
}

static void put_number(uint64_t value, unsigned base)
{
    char digits[20];
    unsigned count = 0;
    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    while (count != 0) {
        put(digits[--count]);
    }
}

/* "%u" is a number of 32 bits, all others are of 64. */
static void print_list(const char *format, va_list values)
{
    for (; *format != '\0'; format++) {
        if (*format != '%') {
            put(*format);
        } else if (*++format == 's') {
            put_string(va_arg(values, const char *));
        } else if (*format == 'u') {
            put_number(va_arg(values, unsigned), 10);
        } else if (*format == 'x') {
            put_number(va_arg(values, unsigned), 16);
        } else if (*format == 'l') {
            put_number(va_arg(values, uint64_t), *++format == 'x' ? 16 : 10);
        } else {
            put(*format);
        }
    }
}

void print(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    print_list(format, values);
    va_end(values);
}

void fail(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    put_string("FAILED: ");
    print_list(format, values);
    put('\n');
    va_end(values);
    give_up();
}

void area(const char *name)
{
    about = name;
}

static void begin_line(int holds)
{
    checked++;
    failed += !holds;
    put_string(holds ? "ok: " : "FAILED: ");
    put_string(about);
    put_string(": ");
}

void check(int holds, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    begin_line(holds);
    print_list(format, values);
    put('\n');
    va_end(values);
}

void check_equal(uint64_t found, uint64_t expected, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    begin_line(found == expected);
    print_list(format, values);
    if (found != expected) {
        print(" (0x%lx, not 0x%lx)", found, expected);
    }
    put('\n');
    va_end(values);
}

void skip(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    print("skipped: %s: ", about);
    print_list(format, values);
    put('\n');
    va_end(values);
}

void finish(void)
{
    print("hyperv: %lu checked, %lu failed\n", checked, failed);
    if (failed != 0) {
        give_up();
    }
    print("hyperv: powering off\n");
    power_off();
}
