/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Not present by an SDEI event, ready by a PPI. COMPLETE_AND_RESUME means "I wait", COMPLETE "I cannot".
 */
#include "kvm.h"

#define NUMBER 2
enum { VERSION, SLOTS, SDEI, IRQ, ENABLE, IRQ_ACK };

#define SDEI_VERSION 0xC4000020UL
#define SDEI_EVENT_REGISTER 0xC4000021UL
#define SDEI_EVENT_ENABLE 0xC4000022UL
#define SDEI_EVENT_DISABLE 0xC4000023UL
#define SDEI_EVENT_UNREGISTER 0xC4000027UL
#define SDEI_PE_MASK 0xC400002BUL
#define SDEI_PE_UNMASK 0xC400002CUL
#define SDEI_MAJOR(version) ((int64_t)(version) >> 48)

#define PSTATE_LEVEL_MASK 0xFUL
#define PSTATE_EL0 0

static uint64_t event_number;
static uint64_t ready_interrupt;

static int probe(void)
{
    /* The entry of lib/vectors.S ends by HVC, so there is no use at EL2. */
    if (current_level() != 1 || !kvm_offers(NUMBER)) {
        return 0;
    }
    uint64_t sdei_version = firmware_call(SDEI_VERSION, 0, 0, 0, 0, 0).x0;
    if (SDEI_MAJOR(sdei_version) != 1) {
        print("kernel: no use of not-present events without SDEI 1.x: SDEI_VERSION returned 0x%lx\n", sdei_version);
        return 0;
    }
    uint64_t version = kvm_ask(NUMBER, VERSION, "version");
    uint64_t slots = kvm_ask(NUMBER, SLOTS, "number of slots");
    event_number = kvm_ask(NUMBER, SDEI, "event");
    ready_interrupt = kvm_ask(NUMBER, IRQ, "interrupt");
    print("kernel: route sdei, version 0x%lx, %lu slots, event 0x%lx, interrupt %lu\n", version, slots, event_number,
          ready_interrupt);
    return 1;
}

static void sdei(const char *name, uint64_t function, uint64_t a1, uint64_t a2)
{
    uint64_t result = firmware_call(function, a1, a2, 0, 0, 0).x0;
    if (result != 0) {
        kernel_fail("SDEI_%s of event 0x%lx returned 0x%lx", name, a1, result);
    }
}

static void enable(struct cpu *me)
{
    /* The event is private: every processor has a handler of its own, and none after CPU_ON. */
    sdei("EVENT_REGISTER", SDEI_EVENT_REGISTER, event_number, (uint64_t)sdei_entry);
    sdei("EVENT_ENABLE", SDEI_EVENT_ENABLE, event_number, 0);
    sdei("PE_UNMASK", SDEI_PE_UNMASK, 0, 0);
    gic_enable((unsigned)ready_interrupt);
    kvm_enable(me, NUMBER, ENABLE);
}

static void disable(struct cpu *me)
{
    kvm_disable(me, NUMBER, ENABLE);
    gic_disable((unsigned)ready_interrupt);
    firmware_call(SDEI_PE_MASK, 0, 0, 0, 0, 0);
    sdei("EVENT_DISABLE", SDEI_EVENT_DISABLE, event_number, 0);
    sdei("EVENT_UNREGISTER", SDEI_EVENT_UNREGISTER, event_number, 0);
}

static enum answer interrupt(struct cpu *me, unsigned number, int from_user)
{
    (void)from_user;
    if (number != ready_interrupt) {
        return NOT_MINE;
    }
    struct notification taken = kvm_take(me);
    if (taken.reason == REASON_READY) {
        kvm_ready(me, taken.token);
    } else {
        me->spurious++; /* the acknowledgement lets the host go on */
    }
    kvm_call(NUMBER, IRQ_ACK, 0, 0);
    return GO_ON;
}

static enum answer event(struct cpu *me, uint64_t what, int from_user)
{
    if (what != event_number) {
        return NOT_MINE;
    }
    struct notification taken = kvm_take(me);
    if (taken.reason != REASON_NOT_PRESENT) {
        kernel_fail("processor %lu: event 0x%lx with reason %lu", me->number, what, (uint64_t)taken.reason);
    }
    return not_present(me, taken.token, from_user, 1);
}

/* lib/vectors.S calls it in the handler. */
uint64_t sdei_event(uint64_t number, uint64_t argument, uint64_t interrupted_pc, uint64_t interrupted_pstate)
{
    (void)argument;
    int from_user = (interrupted_pstate & PSTATE_LEVEL_MASK) == PSTATE_EL0;
    enum answer answer = route->event == 0 ? NOT_MINE : route->event(cpu_self(), number, from_user);
    if (answer == NOT_MINE) {
        kernel_fail("event 0x%lx at 0x%lx was never asked for", number, interrupted_pc);
    }
    return answer == WAIT ? (uint64_t)resume_entry : 0;
}

const struct route route_sdei = {
    .name = "sdei",
    .probe = probe,
    .enable = enable,
    .disable = disable,
    .interrupt = interrupt,
    .event = event,
};
