/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * In the place of lib/console.c: a UART where the device tree says that there is one, else console_io, else the ring of
 * the PV console. The boot argument console=io or console=ring takes that one first. The ring comes last, because its
 * port is one of those that the guest looks at.
 */
#include <stdarg.h>

#include "xen.h"

#define DATA 0x00
#define FLAGS 0x18
#define FLAGS_TRANSMIT_FULL (1u << 5)

#define CONSOLE_PFN 17
#define CONSOLE_EVTCHN 18
#define OUT_SIZE 2048u

struct ring {
    uint8_t in[1024];
    volatile uint8_t out[OUT_SIZE];
    volatile uint32_t in_consumed, in_produced, out_consumed, out_produced;
};

static enum { NOWHERE, UART, CALL, RING } way;
static struct ring *ring;
static uint32_t ring_port;
static char line[256];
static unsigned length;

void console_init(void)
{
}

static int find_ring(void)
{
    uint64_t port = 0;
    uint64_t frame = 0;
    if (get_parameter(SELF, CONSOLE_EVTCHN, &port) != 0 || port == 0 || get_parameter(SELF, CONSOLE_PFN, &frame) != 0) {
        return 0;
    }
    ring = (struct ring *)(frame * PAGE);
    ring_port = (uint32_t)port;
    return 1;
}

void console_choose(void)
{
    if (argument("console=ring") && find_ring()) {
        way = RING;
    } else if (!argument("console=io") && machine.uart != 0) {
        way = UART;
    } else if (hypercall(CONSOLE_IO, 0, 0, (uint64_t)line) == 0) {
        way = CALL;
    } else if (find_ring()) {
        way = RING;
    }
}

static void flush(void)
{
    for (unsigned i = 0; way == UART && i < length; i++) {
        while (device_read(machine.uart + FLAGS) & FLAGS_TRANSMIT_FULL) {
        }
        device_write(machine.uart + DATA, (unsigned char)line[i]);
    }
    for (unsigned i = 0; way == RING && i < length; i++) {
        while (ring->out_produced - ring->out_consumed == OUT_SIZE) {
            one_port(SEND, ring_port);
        }
        ring->out[ring->out_produced % OUT_SIZE] = (uint8_t)line[i];
        barrier();
        ring->out_produced++;
    }
    if (way == RING) {
        barrier();
        one_port(SEND, ring_port);
    }
    if (way == CALL) {
        hypercall(CONSOLE_IO, 0, length, (uint64_t)line);
    }
    length = 0;
}

/* Xen breaks what a guest says into lines of its own, so none may be too long. */
#define BREAK_AFTER 90

static void put(char c)
{
    static unsigned column;
    if (c == ' ' && column > BREAK_AFTER) {
        put('\n');
        put(' ');
        put('+');
    }
    column = c == '\n' ? 0 : column + 1;
    line[length++] = c;
    if (c == '\n' || length == sizeof line) {
        flush();
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

static void put_signed(int64_t value)
{
    if (value < 0) {
        put('-');
        value = -value;
    }
    put_number((uint64_t)value, 10);
}

static void put_string(const char *text)
{
    while (*text != '\0') {
        put(*text++);
    }
}

void print_list(const char *format, va_list values)
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
        } else if (*format == 'l' && *++format == 'd') {
            put_signed(va_arg(values, int64_t));
        } else {
            put_number(va_arg(values, uint64_t), *format == 'x' ? 16 : 10);
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
