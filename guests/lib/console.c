/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdarg.h>

#include "guest.h"

/* Registers of the PL011. */
#define UART 0x09000000UL
#define DATA (UART + 0x00)
#define FLAGS (UART + 0x18)
#define LINE_CONTROL (UART + 0x2C)
#define CONTROL (UART + 0x30)

#define FLAGS_TRANSMIT_FULL (1u << 5)
#define LINE_8_BITS_FIFO 0x70u
#define CONTROL_ENABLE_TRANSMIT 0x101u

void console_init(void)
{
    device_write(CONTROL, 0);
    device_write(LINE_CONTROL, LINE_8_BITS_FIFO);
    device_write(CONTROL, CONTROL_ENABLE_TRANSMIT);
}

static void put(char c)
{
    while (device_read(FLAGS) & FLAGS_TRANSMIT_FULL) {
    }
    device_write(DATA, (unsigned char)c);
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
