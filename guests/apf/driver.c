/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The guest driver of asynchronous page faults in the style of KVM: an SDEI event says that a page is not
 * present, a PPI says that it is ready, and words in shared memory say which.
 */
#include "apf.h"

#define SUCCESS 0

/* Vendor-specific hypervisor service of the SMC Calling Convention. */
#define VENDOR_UID 0x8600FF01UL
#define VENDOR_FEATURES 0x86000000UL
#define ASYNC_PF_NUMBER 2
#define ASYNC_PF (VENDOR_FEATURES + ASYNC_PF_NUMBER)
enum { ASYNC_PF_VERSION, ASYNC_PF_SLOTS, ASYNC_PF_SDEI, ASYNC_PF_IRQ, ASYNC_PF_ENABLE, ASYNC_PF_IRQ_ACK };
#define ASYNC_PF_ENABLED 1UL

/* 28b46fb6-2ec5-11e9-a9ca-4b564d003a74 as four words. */
#define UID_0 0xB66FB428u
#define UID_1 0xE911C52Eu
#define UID_2 0x564BCAA9u
#define UID_3 0x743A004Du

#define SDEI_VERSION 0xC4000020UL
#define SDEI_EVENT_REGISTER 0xC4000021UL
#define SDEI_EVENT_ENABLE 0xC4000022UL
#define SDEI_EVENT_DISABLE 0xC4000023UL
#define SDEI_EVENT_UNREGISTER 0xC4000027UL
#define SDEI_PE_MASK 0xC400002BUL
#define SDEI_PE_UNMASK 0xC400002CUL
#define SDEI_MAJOR(version) ((int64_t)(version) >> 48)

enum { REASON_NONE, REASON_NOT_PRESENT, REASON_READY };
#define TOKEN_ALL 0xFFFFFFFFu

#define PSTATE_LEVEL_MASK 0xFUL
#define PSTATE_EL0 0

/* Shared with the host; it must be zero when it is handed over. */
static _Alignas(64) struct {
    volatile uint32_t reason;
    volatile uint32_t token;
    uint32_t padding[14];
    volatile uint32_t enabled; /* ours alone */
    uint32_t more_padding[15];
} area;

/* Ready notifications that came before their not-present one; no more than the host has slots. */
#define EARLY_MAX 64
static uint32_t early[EARLY_MAX];
static unsigned early_count;

uint64_t announced;
uint64_t announced_pages;
uint64_t ready;
uint64_t ready_early;
uint64_t wake_alls;
uint64_t declined;

static unsigned char page_announced[PAGES];
static uint64_t event;
static uint64_t ready_interrupt = INTERRUPT_NONE;

static struct call_result async_pf(uint64_t what, uint64_t a2, uint64_t a3)
{
    return firmware_call(ASYNC_PF, what, a2, a3, 0, 0);
}

static int is_offered(void)
{
    struct call_result uid = firmware_call(VENDOR_UID, 0, 0, 0, 0, 0);
    if ((uint32_t)uid.x0 != UID_0 || (uint32_t)uid.x1 != UID_1 || (uint32_t)uid.x2 != UID_2
        || (uint32_t)uid.x3 != UID_3) {
        return 0;
    }
    uint64_t features = firmware_call(VENDOR_FEATURES, 0, 0, 0, 0, 0).x0;
    return (features >> ASYNC_PF_NUMBER & 1) != 0;
}

/* Asks for one number; the host offers the interface, so not to answer is a bug. */
static uint64_t ask(const char *name, uint64_t what)
{
    struct call_result answer = async_pf(what, 0, 0);
    if (answer.x0 != SUCCESS) {
        fail("the host does not tell its %s: 0x%lx", name, answer.x0);
    }
    return answer.x1;
}

static void sdei(const char *name, uint64_t function, uint64_t a1, uint64_t a2)
{
    uint64_t result = firmware_call(function, a1, a2, 0, 0, 0).x0;
    if (result != SUCCESS) {
        fail("SDEI_%s of event 0x%lx returned 0x%lx", name, a1, result);
    }
}

void driver_enable(void)
{
    if (!is_offered()) {
        print("apf: the host does not offer asynchronous page faults\n");
        return;
    }
    uint64_t version = ask("version", ASYNC_PF_VERSION);
    uint64_t slots = ask("number of slots", ASYNC_PF_SLOTS);
    event = ask("event", ASYNC_PF_SDEI);
    ready_interrupt = ask("interrupt", ASYNC_PF_IRQ);
    print("apf: the host offers version 0x%lx, %lu slots, event 0x%lx, interrupt %lu\n", version, slots, event,
          ready_interrupt);

    uint64_t sdei_version = firmware_call(SDEI_VERSION, 0, 0, 0, 0, 0).x0;
    if (SDEI_MAJOR(sdei_version) != 1) {
        print("apf: no use without SDEI 1.x by HVC: SDEI_VERSION returned 0x%lx\n", sdei_version);
        return;
    }
    sdei("EVENT_REGISTER", SDEI_EVENT_REGISTER, event, (uint64_t)sdei_entry);
    sdei("EVENT_ENABLE", SDEI_EVENT_ENABLE, event, 0);
    sdei("PE_UNMASK", SDEI_PE_UNMASK, 0, 0);
    gic_enable((unsigned)ready_interrupt);

    uint64_t control = (uint64_t)&area | ASYNC_PF_ENABLED;
    area.enabled = 1;
    barrier();
    uint64_t result = async_pf(ASYNC_PF_ENABLE, control & 0xFFFFFFFF, control >> 32).x0;
    if (result != SUCCESS) {
        fail("enabling asynchronous page faults returned 0x%lx", result);
    }
    /* The host begins with a wake-all. Take it now, so that the area is free for the first fault. */
    unmask_interrupts();
    mask_interrupts();
}

void driver_disable(void)
{
    if (!area.enabled) {
        return;
    }
    uint64_t result = async_pf(ASYNC_PF_ENABLE, 0, 0).x0;
    if (result != SUCCESS) {
        fail("disabling asynchronous page faults returned 0x%lx", result);
    }
    area.enabled = 0;
    gic_disable((unsigned)ready_interrupt);
    firmware_call(SDEI_PE_MASK, 0, 0, 0, 0, 0);
    sdei("EVENT_DISABLE", SDEI_EVENT_DISABLE, event, 0);
    sdei("EVENT_UNREGISTER", SDEI_EVENT_UNREGISTER, event, 0);
}

static void clear_area(void)
{
    area.token = 0;
    barrier();
    area.reason = REASON_NONE;
    barrier();
}

/* Forgets an early ready notification. Returns 0 if there was none for the token. */
static int forget_early(uint32_t token)
{
    for (unsigned i = 0; i < early_count; i++) {
        if (early[i] == token) {
            early[i] = early[--early_count];
            return 1;
        }
    }
    return 0;
}

static void remember_early(uint32_t token)
{
    if (early_count == EARLY_MAX) {
        fail("more than %lu ready notifications without a waiter", (uint64_t)EARLY_MAX);
    }
    early[early_count++] = token;
    ready_early++;
}

uint64_t sdei_event(uint64_t number, uint64_t argument, uint64_t interrupted_pc, uint64_t interrupted_pstate)
{
    (void)argument;
    uint32_t reason = area.reason;
    uint32_t token = area.token;
    if (number != event || reason != REASON_NOT_PRESENT) {
        fail("event 0x%lx with reason %lu at 0x%lx", number, (uint64_t)reason, interrupted_pc);
    }
    clear_area();
    announced++;
    if ((interrupted_pstate & PSTATE_LEVEL_MASK) != PSTATE_EL0) {
        declined++; /* the kernel cannot wait: plain COMPLETE asks the host to */
        return 0;
    }
    uint64_t page = progress[current_task()].page;
    if (!page_announced[page]) {
        page_announced[page] = 1;
        announced_pages++;
    }
    if (!forget_early(token)) {
        block_current(token);
    }
    return (uint64_t)resume_entry;
}

static void take_ready(void)
{
    uint32_t reason = area.reason;
    uint32_t token = area.token;
    if (reason != REASON_READY) {
        return; /* spurious; the acknowledgement that follows lets the host go on */
    }
    clear_area();
    if (token == TOKEN_ALL) {
        wake_alls++;
        early_count = 0;
        wake_all();
        return;
    }
    ready++;
    if (!wake(token)) {
        remember_early(token);
    }
}

void driver_interrupt(unsigned interrupt)
{
    if (interrupt == INTERRUPT_NONE) {
        return;
    }
    if (interrupt != ready_interrupt) {
        fail("interrupt %lu was never asked for", (uint64_t)interrupt);
    }
    take_ready();
    async_pf(ASYNC_PF_IRQ_ACK, 0, 0);
    gic_end(interrupt);
}
