/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * How a guest of Xen calls it, and what the two share.
 */
#ifndef HYPERCALL_H
#define HYPERCALL_H

#include <stdint.h>

enum {
    MEMORY_OP = 12,
    MULTICALL = 13,
    XEN_VERSION = 17,
    CONSOLE_IO = 18,
    GRANT_TABLE_OP = 20,
    VM_ASSIST = 21,
    VCPU_OP = 24,
    SCHED_OP = 29,
    EVENT_CHANNEL_OP = 32,
    PHYSDEV_OP = 33,
    HVM_OP = 34,
    ASYNC_PAGE_FAULT_OP = 55, /* not Xen's: docs/abi/xen-async-page-fault.md */
};

/* Commands of EVENT_CHANNEL_OP. */
enum {
    BIND_INTERDOMAIN,
    BIND_VIRQ,
    BIND_PIRQ,
    CLOSE,
    SEND,
    STATUS,
    ALLOC_UNBOUND,
    BIND_IPI,
    BIND_VCPU,
    UNMASK,
    RESET,
    INIT_CONTROL,
    EXPAND_ARRAY,
    SET_PRIORITY,
    RESET_CONTINUED,
};

#define SELF 0x7FF0UL
#define NO_SUCH_CALL (-38L)

static inline int64_t hypercall(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2)
{
    register uint64_t x0 __asm__("x0") = a0;
    register uint64_t x1 __asm__("x1") = a1;
    register uint64_t x2 __asm__("x2") = a2;
    register uint64_t x3 __asm__("x3") = 0;
    register uint64_t x4 __asm__("x4") = 0;
    register uint64_t x16 __asm__("x16") = number;
    __asm__ volatile("hvc #0xEA1" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x16)::"memory");
    return (int64_t)x0;
}

struct vcpu_info {
    volatile uint8_t pending, unused[7];
    volatile uint64_t selector;
    volatile uint64_t rest[4];
};
struct shared_info {
    struct vcpu_info first;
    volatile uint64_t pending[64];
    volatile uint64_t mask[64];
    volatile uint32_t clock[4];
    volatile uint32_t unused[752];
};

/* FIFO event channels: a control block for each processor, and a word for each port. */
struct control {
    volatile uint32_t ready, unused;
    volatile uint32_t head[16];
};
#define EVENT_WORDS 1024 /* in a page */
#define EVENT_PENDING (1u << 31)
#define EVENT_MASKED (1u << 30)
#define EVENT_LINKED (1u << 29)
#define EVENT_LINK 0x1FFFFu

#endif
