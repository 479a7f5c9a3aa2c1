/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Events in the 2-level ABI: every call with every state of the bits that a guest can write.
 */
#include "xen.h"

static uint32_t ipi(void)
{
    uint32_t port = 0;
    bind_ipi(0, &port);
    return port;
}

static int64_t call_send(uint32_t port) { return one_port(SEND, port); }
static int64_t call_unmask(uint32_t port) { return one_port(UNMASK, port); }
static int64_t call_close(uint32_t port) { return one_port(CLOSE, port); }
static int64_t call_bind(uint32_t port) { return bind_vcpu(port, 0); }

static const struct {
    const char *name;
    int64_t (*make)(uint32_t port);
} calls[] = {{"send", call_send}, {"unmask", call_unmask}, {"close", call_close}, {"bind_vcpu", call_bind}};

/* Bits of a state: pending, masked, selected, and the byte of the upcall. */
static void set(uint32_t port, unsigned state)
{
    shared.pending[port / 64] = (uint64_t)(state & 1) << port % 64;
    shared.mask[port / 64] = (uint64_t)(state >> 1 & 1) << port % 64;
    infos[0].info.selector = (uint64_t)(state >> 2 & 1) << port / 64;
    infos[0].info.pending = state >> 3 & 1;
    barrier();
    forget_changes();
}

static void every_state(void)
{
    area("bits");
    for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        for (unsigned state = 0; state < 16; state++) {
            clean();
            uint32_t port = 0;
            if (calls[i].make == call_bind) {
                alloc_unbound(SELF, SELF, &port);
            } else {
                port = ipi();
            }
            set(port, state);
            observe(calls[i].make(port), "%s, pending %u, masked %u, selected %u, upcall %u", calls[i].name, state & 1,
                    state >> 1 & 1, state >> 2 & 1, state >> 3);
            observe(take_interrupt(), "acknowledged");
        }
    }
}

static void upcall_values(void)
{
    static const uint8_t values[] = {0, 1, 2, 0xFE, 0xFF};
    area("upcall");
    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
        clean();
        uint32_t port = ipi();
        infos[0].info.pending = values[i];
        for (unsigned j = 0; j < 7; j++) {
            infos[0].info.unused[j] = (uint8_t)(0x21 + j);
        }
        forget_changes();
        observe(one_port(SEND, port), "send, the byte is 0x%lx", (uint64_t)values[i]);
        for (unsigned j = 0; j < 7; j++) {
            infos[0].info.unused[j] = 0;
        }
    }
    clean();
    uint32_t port = ipi();
    infos[0].info.unused[0] = 0xFF;
    forget_changes();
    observe(one_port(SEND, port), "send, the byte that masks elsewhere is 0xff");
    infos[0].info.unused[0] = 0;
}

static void life(void)
{
    area("life");
    clean();
    uint32_t first = ipi();
    uint32_t second = ipi();
    observe(one_port(SEND, first), "send");
    observe(one_port(SEND, first), "send again");
    observe(one_port(SEND, second), "send of another one");
    observe(take_interrupt(), "acknowledged and ended, nothing cleared");
    observe(take_interrupt(), "acknowledged again");
    infos[0].info.pending = 0;
    notice("upcall cleared");
    observe(one_port(SEND, first), "send");
    infos[0].info.selector = 0;
    notice("selector cleared");
    observe(one_port(SEND, first), "send while it is pending");
    shared.pending[0] &= ~(1UL << first);
    notice("pending cleared");
    observe(one_port(SEND, first), "send");
    observe(take_interrupt(), "acknowledged");
    shared.pending[0] = 0;
    infos[0].info.selector = 0;
    infos[0].info.pending = 0;
    notice("everything cleared");
    observe(take_interrupt(), "acknowledged");
    observe(one_port(SEND, first), "send");
    unsigned interrupt = gic_acknowledge();
    notice("acknowledged %u", interrupt);
    infos[0].info.pending = 0;
    infos[0].info.selector = 0;
    shared.pending[0] = 0;
    notice("cleared while the interrupt is active");
    observe(one_port(SEND, second), "send while the interrupt is active");
    unsigned nested = gic_acknowledge();
    notice("acknowledged %u", nested);
    gic_end(interrupt);
    notice("ended");
    observe(take_interrupt(), "acknowledged");
    settle();
    observe(one_port(SEND, first), "send");
    infos[0].info.pending = 0;
    infos[0].info.selector = 0;
    shared.pending[0] = 0;
    notice("cleared before the interrupt is acknowledged");
    observe(take_interrupt(), "acknowledged");
    take_upcall();
    forget_changes();
    infos[0].info.pending = 1;
    notice("the guest sets the byte");
    observe(hypercall(XEN_VERSION, 0, 0, 0) > 0, "a call");
    infos[0].info.pending = 0;
    take_upcall();
    settle();
    gic_disable(machine.upcall);
    observe(one_port(SEND, first), "send while the PPI is disabled");
    observe(interrupt_waits(), "interrupt");
    gic_enable(machine.upcall);
    observe(interrupt_waits(), "interrupt after it is enabled");
    settle();
    write_register(icc_pmr_el1, 0x80);
    synchronize();
    observe(one_port(SEND, first), "send while the priority mask is 0x80");
    write_register(icc_pmr_el1, 0xF0);
    synchronize();
    observe(interrupt_waits(), "interrupt after the mask is 0xf0");
    settle();
    shared.mask[0] = 1UL << first;
    forget_changes();
    observe(one_port(SEND, first), "send, masked");
    shared.mask[0] = 0;
    notice("mask cleared by the guest");
    observe(one_port(UNMASK, first), "unmask");
    shared.mask[0] = 1UL << first;
    observe(one_port(UNMASK, first), "unmask after it was masked again");
    settle();
    taken[0] = 0;
    unmask_interrupts();
    one_port(SEND, first);
    mask_interrupts();
    observe((int64_t)taken[0], "interrupts taken with PSTATE.I clear");
}

/* A word is shared by 64 ports, and has one bit in the selector. */
static void words(void)
{
    area("words");
    clean();
    uint32_t ports[140] = {0};
    for (unsigned i = 0; i < 140; i++) {
        bind_ipi(0, &ports[i]);
    }
    static const unsigned chosen[] = {61, 62, 63, 126, 127, 128, 0};
    for (unsigned i = 0; i < sizeof chosen / sizeof chosen[0]; i++) {
        observe(one_port(SEND, ports[chosen[i]]), "send to %u", ports[chosen[i]]);
    }
    for (unsigned i = 0; i < 140; i++) {
        one_port(CLOSE, ports[i]);
    }
    notice("all are closed");
    for (unsigned i = 0; i < 64; i++) {
        shared.pending[i] = ~0UL;
        shared.mask[i] = ~0UL;
    }
    infos[0].info.selector = ~0UL;
    settle();
    for (unsigned i = 0; i < 64; i++) {
        shared.pending[i] = ~0UL;
        shared.mask[i] = ~0UL;
    }
    infos[0].info.selector = ~0UL;
    forget_changes();
    uint32_t port = 0;
    observe(bind_ipi(0, &port), "bind_ipi, all bits are set");
    observe(one_port(SEND, port), "send");
    observe(one_port(UNMASK, port), "unmask");
    observe(one_port(CLOSE, port), "close");
}

void observe_two_level(void)
{
    every_state();
    upcall_values();
    life();
    words();
    clean();
}
