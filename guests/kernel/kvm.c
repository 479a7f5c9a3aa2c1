/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kvm.h"

/* Vendor-specific hypervisor service of the SMC Calling Convention. */
#define VENDOR_UID 0x8600FF01UL
#define VENDOR_FEATURES 0x86000000UL

/* 28b46fb6-2ec5-11e9-a9ca-4b564d003a74 as four words. */
#define UID_0 0xB66FB428u
#define UID_1 0xE911C52Eu
#define UID_2 0x564BCAA9u
#define UID_3 0x743A004Du

#define ENABLED 1UL

/* Shared with the host; zero when it is handed over. The host may write it at any time. */
static _Alignas(64) struct {
    volatile uint32_t reason;
    volatile uint32_t token;
    uint32_t padding[14];
} areas[MAX_CPUS];

int kvm_offers(unsigned number)
{
    struct call_result uid = firmware_call(VENDOR_UID, 0, 0, 0, 0, 0);
    if ((uint32_t)uid.x0 != UID_0 || (uint32_t)uid.x1 != UID_1 || (uint32_t)uid.x2 != UID_2
        || (uint32_t)uid.x3 != UID_3) {
        return 0;
    }
    struct call_result features = firmware_call(VENDOR_FEATURES, 0, 0, 0, 0, 0);
    const uint64_t words[] = {features.x0, features.x1, features.x2, features.x3};
    return (int)(words[number / 32] >> number % 32 & 1);
}

struct call_result kvm_call(unsigned number, uint64_t what, uint64_t a2, uint64_t a3)
{
    return firmware_call(VENDOR_FEATURES + number, what, a2, a3, 0, 0);
}

uint64_t kvm_ask(unsigned number, uint64_t what, const char *name)
{
    struct call_result answer = kvm_call(number, what, 0, 0);
    if (answer.x0 != KVM_SUCCESS) {
        fail("the host does not tell its %s: 0x%lx", name, answer.x0);
    }
    return answer.x1;
}

void kvm_enable(struct cpu *me, unsigned number, uint64_t what)
{
    uint64_t control = (uint64_t)&areas[me->number] | ENABLED;
    areas[me->number].reason = REASON_NONE;
    areas[me->number].token = 0;
    barrier();
    uint64_t result = kvm_call(number, what, control & 0xFFFFFFFF, control >> 32).x0;
    if (result != KVM_SUCCESS) {
        kernel_fail("processor %lu: enabling asynchronous page faults returned 0x%lx", me->number, result);
    }
    /* The host begins with a wake-all. It is taken now, so that the area is free for the first fault. */
    take_interrupts(me, 0);
}

void kvm_disable(struct cpu *me, unsigned number, uint64_t what)
{
    take_interrupts(me, 0);
    uint64_t result = kvm_call(number, what, 0, 0).x0;
    if (result != KVM_SUCCESS) {
        kernel_fail("processor %lu: disabling asynchronous page faults returned 0x%lx", me->number, result);
    }
    /* What the host has said in the meantime does not count any more. */
    if (kvm_take(me).reason != REASON_NONE) {
        me->left++;
    }
}

struct notification kvm_take(struct cpu *me)
{
    struct notification taken = {areas[me->number].reason, areas[me->number].token};
    areas[me->number].token = 0;
    barrier();
    areas[me->number].reason = REASON_NONE;
    barrier();
    return taken;
}

void kvm_ready(struct cpu *me, uint32_t token)
{
    if (token == KVM_TOKEN_ALL) {
        wake_all(me);
    } else {
        ready(me, token);
    }
}
