/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A software signal, the timer of this level as a PPI, and the UART's transmit interrupt as an SPI.
 */
#include "sdei.h"

#define UART 0x09000000UL
#define UART_DATA (UART + 0x00)
#define UART_MASK (UART + 0x38)
#define UART_CLEAR (UART + 0x44)
#define UART_TRANSMIT (1u << 5)
#define UART_SPI 33
#define TIMER 1 /* which PPI that is depends on the level */

static void signal_self(void)
{
    call(EVENT_SIGNAL, 0, read_register(mpidr_el1) & MPIDR_AFFINITY, 0, 0, 0);
}

static void nothing(void) {}

static void timer_raise(void)
{
    timer_compare(0);
    timer_control(1);
}

static void timer_quiet(void)
{
    timer_control(0);
    synchronize();
}

static void uart_raise(void)
{
    device_write(UART_MASK, UART_TRANSMIT);
    device_write(UART_DATA, '\n');
}

static void uart_quiet(void)
{
    device_write(UART_MASK, 0);
    device_write(UART_CLEAR, UART_TRANSMIT);
    barrier();
}

const struct origin origins[ORIGINS] = {
    {"signal", 0, signal_self, nothing},
    {"ppi", TIMER, timer_raise, timer_quiet},
    {"spi", UART_SPI, uart_raise, uart_quiet},
};

uint64_t event_of(const struct origin *origin)
{
    if (origin->interrupt == 0) {
        return 0;
    }
    return call(INTERRUPT_BIND, origin->interrupt == TIMER ? timer_interrupt() : origin->interrupt, 0, 0, 0, 0);
}
