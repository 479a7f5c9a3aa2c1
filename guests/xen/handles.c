/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Pointers: a hypervisor follows them as the guest's own loads and stores would be.
 */
#include "xen.h"

static _Alignas(4096) uint8_t pages[4][4096];

static uint64_t frame(unsigned page)
{
    return (uint64_t)pages[page] / PAGE;
}

/* The page and the bytes in it where the structure is, for each command. */
static void at(uint64_t address, const char *what)
{
    for (unsigned command = 0; command < 15; command++) {
        clean();
        observe(event_call(command, (void *)address), "%u %s", command, what);
    }
}

static uint32_t next_port(void)
{
    uint32_t port = 0xEEEE;
    alloc_unbound(SELF, SELF, &port);
    return port;
}

void observe_handles(void)
{
    area("pointers");
    uint64_t first = PLAYGROUND;
    map_page(0, frame(0), READ_WRITE);
    map_page(1, frame(2), READ_WRITE);
    map_page(2, frame(0), READ_WRITE);
    map_page(3, frame(1), READ_ONLY);
    map_page(5, frame(3), READ_WRITE);
    map_page(7, machine.distributor / PAGE, DEVICE_MEMORY);
    map_page(8, 0x10000, READ_WRITE);
    map_page(9, machine.window / PAGE + 100, READ_WRITE);

    clean();
    volatile uint16_t *allocation = (volatile uint16_t *)(first + PAGE - 4);
    allocation[0] = SELF;
    allocation[1] = SELF;
    allocation[2] = 0xEEEE;
    allocation[3] = 0xEEEE;
    observe(event_call(ALLOC_UNBOUND, allocation), "alloc_unbound over two pages");
    notice("port 0x%lx", (uint64_t)(uint32_t)(allocation[2] | allocation[3] << 16));
    notice("in memory 0x%lx 0x%lx", (uint64_t)*(uint32_t *)(pages[0] + PAGE - 4), (uint64_t)*(uint32_t *)pages[2]);

    volatile uint16_t *alias = (volatile uint16_t *)(PLAYGROUND + 2 * PAGE + 64);
    alias[0] = SELF;
    alias[1] = SELF;
    alias[2] = 0xEEEE;
    observe(event_call(ALLOC_UNBOUND, alias), "alloc_unbound through another address");
    notice("port 0x%lx", (uint64_t)*(uint16_t *)(pages[0] + 68));

    clean();
    uint16_t *here = (uint16_t *)(pages[1] + 128);
    here[0] = SELF;
    here[1] = SELF;
    here[2] = 0xEEEE;
    observe(event_call(ALLOC_UNBOUND, (void *)(PLAYGROUND + 3 * PAGE + 128)), "alloc_unbound, read only");
    notice("port 0x%lx", (uint64_t)here[2]);
    notice("the next port is %u", next_port());

    uint32_t *pair = (uint32_t *)(pages[1] + 256);
    pair[0] = 1;
    pair[1] = 0;
    observe(event_call(BIND_VCPU, (void *)(PLAYGROUND + 3 * PAGE + 256)), "bind_vcpu, read only");
    pair[0] = SELF;
    pair[1] = 1;
    observe(event_call(STATUS, (void *)(PLAYGROUND + 3 * PAGE + 256)), "status, read only");
    pair[0] = 0;
    pair[1] = 0xEEEE;
    observe(event_call(BIND_IPI, (void *)(PLAYGROUND + 3 * PAGE + 256)), "bind_ipi, read only");
    notice("the next port is %u", next_port());
    pair[0] = 0;
    pair[1] = 0;
    observe(event_call(BIND_VIRQ, (void *)(PLAYGROUND + 3 * PAGE + 256)), "bind_virq, read only");
    notice("the next port is %u", next_port());
    uint32_t port = 0xEEEE;
    observe(bind_virq(0, 0, &port), "bind_virq of the same");
    pair[0] = SELF;
    pair[1] = 1;
    observe(event_call(BIND_INTERDOMAIN, (void *)(PLAYGROUND + 3 * PAGE + 256)), "bind_interdomain, read only");
    notice("the next port is %u", next_port());

    for (unsigned i = 0; i < sizeof pages; i++) {
        ((uint8_t *)pages)[i] = 0;
    }
    /* The struct begins in a page that is there, and ends in one that is not. */
    at(PLAYGROUND + 6 * PAGE - 1, "with one byte mapped");
    at(PLAYGROUND + 6 * PAGE - 4, "with four bytes mapped");
    at(PLAYGROUND + 6 * PAGE - 8, "with eight bytes mapped");
    at(PLAYGROUND + 4 * PAGE, "unmapped");
    at(PLAYGROUND + 7 * PAGE, "in a device");
    at(PLAYGROUND + 8 * PAGE, "in a hole");
    at(PLAYGROUND + 9 * PAGE, "in the window for grants");
    at(PLAYGROUND + 1, "not aligned");
    at(0xFFFF000000000000UL, "where the other half of addresses begins");
    at(0x0001000000000000UL, "in no half");
    at(~0UL, "at ~0");
    clean();
    volatile uint8_t *bytes = (volatile uint8_t *)(first + 257);
    bytes[0] = 0xF0;
    bytes[1] = 0x7F;
    bytes[2] = 0xF0;
    bytes[3] = 0x7F;
    observe(event_call(ALLOC_UNBOUND, bytes), "alloc_unbound, not aligned");
    notice("port 0x%lx", (uint64_t)bytes[4]);

    /* A write that goes to two pages, of which the second is read only. */
    map_page(10, frame(0), READ_WRITE);
    map_page(11, frame(1), READ_ONLY);
    volatile uint16_t *split = (volatile uint16_t *)(PLAYGROUND + 11 * PAGE - 2);
    split[0] = SELF;
    *(uint16_t *)pages[1] = SELF;
    observe(event_call(ALLOC_UNBOUND, split), "alloc_unbound, the second page read only");
    notice("in memory 0x%lx 0x%lx", (uint64_t)split[0], *(uint64_t *)pages[1]);
    for (unsigned page = 0; page < 12; page++) {
        map_page(page, 0, NO_ACCESS);
    }
    clean();
}
