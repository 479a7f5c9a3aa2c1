/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Not present and ready by one PPI, told apart by the reason. Where the host has REPLY, it says "I wait" or "I cannot";
 * where it has not, whoever cannot wait touches the page again until it is there.
 */
#include "kvm.h"

#define NUMBER 66
enum { VERSION, SLOTS, IRQ, ENABLE, IRQ_ACK, REPLY };
enum { REPLY_WAIT, REPLY_CANNOT };

static uint64_t the_interrupt;
static int has_reply;

static int probe(void)
{
    if (!kvm_offers(NUMBER)) {
        return 0;
    }
    uint64_t version = kvm_ask(NUMBER, VERSION, "version");
    uint64_t slots = kvm_ask(NUMBER, SLOTS, "number of slots");
    the_interrupt = kvm_ask(NUMBER, IRQ, "interrupt");
    /* No not-present has the token 0, so a host that knows the call refuses it. */
    has_reply = (int64_t)kvm_call(NUMBER, REPLY, 0, REPLY_WAIT).x0 == KVM_INVALID_PARAMETER;
    print("kernel: route ppi, version 0x%lx, %lu slots, interrupt %lu, %s\n", version, slots, the_interrupt,
          has_reply ? "with replies" : "without replies");
    return 1;
}

static void enable(struct cpu *me)
{
    gic_enable((unsigned)the_interrupt);
    kvm_enable(me, NUMBER, ENABLE);
}

static void disable(struct cpu *me)
{
    kvm_disable(me, NUMBER, ENABLE);
    gic_disable((unsigned)the_interrupt);
}

static void reply(struct cpu *me, uint32_t token, enum answer answer)
{
    uint64_t result = kvm_call(NUMBER, REPLY, token, answer == WAIT ? REPLY_WAIT : REPLY_CANNOT).x0;
    if (result != KVM_SUCCESS) {
        kernel_fail("processor %lu: the reply to token 0x%lx returned 0x%lx", me->number, (uint64_t)token, result);
    }
}

static enum answer interrupt(struct cpu *me, unsigned number, int from_user)
{
    if (number != the_interrupt) {
        return NOT_MINE;
    }
    enum answer answer = GO_ON;
    struct notification taken = kvm_take(me);
    if (taken.reason == REASON_NOT_PRESENT) {
        answer = not_present(me, taken.token, from_user, has_reply);
        if (has_reply) {
            reply(me, taken.token, answer);
        }
    } else if (taken.reason == REASON_READY) {
        kvm_ready(me, taken.token);
    } else {
        me->spurious++;
    }
    kvm_call(NUMBER, IRQ_ACK, 0, 0);
    return answer;
}

const struct route route_ppi = {
    .name = "ppi",
    .probe = probe,
    .enable = enable,
    .disable = disable,
    .interrupt = interrupt,
};
