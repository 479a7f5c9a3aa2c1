/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdarg.h>

#include "guest.h"

#define UART 0x09000000UL

/* Registers of the PL011, in 32-bit words. */
enum { DATA = 0x00 / 4, FLAGS = 0x18 / 4, LINE_CONTROL = 0x2C / 4, CONTROL = 0x30 / 4 };

#define FLAGS_TRANSMIT_FULL (1u << 5)
#define LINE_8_BITS_FIFO 0x70u
#define CONTROL_ENABLE_TRANSMIT 0x101u

static volatile uint32_t *const uart = (volatile uint32_t *)UART;

void console_init(void)
{
    uart[CONTROL] = 0;
    uart[LINE_CONTROL] = LINE_8_BITS_FIFO;
    uart[CONTROL] = CONTROL_ENABLE_TRANSMIT;
}

static void put(char c)
{
    while (uart[FLAGS] & FLAGS_TRANSMIT_FULL) {
    }
    uart[DATA] = (unsigned char)c;
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

static void put_string(const char *text)
{
    while (*text != '\0') {
        put(*text++);
    }
}

static void print_list(const char *format, va_list values)
{
    for (; *format != '\0'; format++) {
        if (*format != '%') {
            put(*format);
        } else if (*++format == 's') {
            put_string(va_arg(values, const char *));
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
