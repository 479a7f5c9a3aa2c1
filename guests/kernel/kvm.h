/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What both routes of a KVM-style host have in common: the vendor-specific hypervisor service, and an area of each
 * processor in which reason and token are.
 */
#ifndef KVM_H
#define KVM_H

#include "route.h"

#define KVM_SUCCESS 0
#define KVM_INVALID_PARAMETER (-3L)
#define KVM_TOKEN_ALL 0xFFFFFFFFUL

enum { REASON_NONE, REASON_NOT_PRESENT, REASON_READY };

struct notification {
    uint32_t reason;
    uint32_t token;
};

/* Whether the host has the function with this number, 0 to 127. */
int kvm_offers(unsigned number);

/* Calls sub-function `what` of function `number`. */
struct call_result kvm_call(unsigned number, uint64_t what, uint64_t a2, uint64_t a3);

/* Asks for one number; the host offers the function, so not to answer is a bug of the host. */
uint64_t kvm_ask(unsigned number, uint64_t what, const char *name);

/* Hands the area of this processor over, and takes it back; `what` is the sub-function that does it. */
void kvm_enable(struct cpu *me, unsigned number, uint64_t what);
void kvm_disable(struct cpu *me, unsigned number, uint64_t what);

/* Reads what is in the area and makes it free, before anything else is done about it. */
struct notification kvm_take(struct cpu *me);

/* A ready, or a wake-all, was taken. */
void kvm_ready(struct cpu *me, uint32_t token);

#endif
