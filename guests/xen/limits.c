/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The end of what there is, and the way back to the beginning.
 */
#include "xen.h"

#define MOST 131072

static void exhaust(void)
{
    area("exhaustion");
    uint32_t last = 0;
    unsigned count = 0;
    int64_t result = 0;
    for (; count < MOST; count++) {
        uint32_t port = 0xEEEE;
        result = bind_ipi(0, &port);
        if (result != 0) {
            break;
        }
        last = port;
    }
    observe(result, "bind_ipi in the end");
    notice("after %u ports, the last is %u", count, last);
    uint32_t port = 0xEEEE;
    observe(bind_virq(0, 0, &port), "bind_virq");
    observe(alloc_unbound(SELF, SELF, &port), "alloc_unbound");
    observe(alloc_unbound(5, SELF, &port), "alloc_unbound of domain 5");
    observe(bind_interdomain(SELF, 1, &port), "bind_interdomain");
    observe(bind_interdomain(5, 1, &port), "bind_interdomain with domain 5");
    observe(bind_ipi(1000, &port), "bind_ipi of vCPU 1000");
    observe(bind_virq(30, 0, &port), "bind_virq 30");
    notice("port %u", port);
    observe(one_port(CLOSE, 77), "close 77");
    observe(bind_virq(0, 0, &port), "bind_virq");
    notice("port %u", port);
    observe(one_port(SEND, last), "send to the last");
    settle();
}

/* Events for a vCPU that has no queues yet. */
static void without_control_block(void)
{
    uint8_t bits = 0;
    area("no queues");
    init_control((uint64_t)&controls[0] / PAGE, 0, 0, &bits);
    expand_array((uint64_t)events / PAGE);
    fifo = 1;
    clean();
    uint32_t port = 0;
    uint32_t unbound = 0;
    uint32_t local = 0;
    bind_ipi(1, &port);
    alloc_unbound(SELF, SELF, &unbound);
    bind_interdomain(SELF, unbound, &local);
    settle();
    observe(one_port(SEND, port), "send to vCPU 1");
    observe(one_port(SEND, local), "send to a port of vCPU 0");
    observe(bind_vcpu(unbound, 1), "bind_vcpu to vCPU 1 while it is linked");
    observe(one_port(SEND, local), "send again");
    observe(dequeue(0), "dequeued");
    events[unbound] = 0;
    forget_changes();
    observe(one_port(SEND, local), "send after it was handled");
    observe(one_port(UNMASK, port), "unmask");
    events[port] = EVENT_PENDING | EVENT_MASKED;
    forget_changes();
    observe(one_port(UNMASK, port), "unmask of a pending one");
    events[port] = 0;
    forget_changes();
    observe(init_control((uint64_t)&controls[1] / PAGE, 0, 1, &bits), "init_control of vCPU 1");
    observe(one_port(SEND, port), "send to vCPU 1");
    observe(one_port(SEND, local), "send to the port that was bound to it");
    observe(dequeue(1), "dequeued there");
    observe(dequeue(1), "dequeued there");
    observe(reset(SELF), "reset");
    fifo = 0;
    clean();
    area("reset");
}

static void start_over(void)
{
    area("reset");
    clean();
    uint32_t ports[3] = {0};
    bind_ipi(0, &ports[0]);
    bind_virq(0, 0, &ports[1]);
    alloc_unbound(SELF, SELF, &ports[2]);
    one_port(SEND, ports[0]);
    shared.mask[0] |= 0x5A0;
    infos[0].info.selector |= 0xF000;
    forget_changes();
    observe(reset(SELF), "reset");
    for (unsigned i = 0; i < 3; i++) {
        struct status status;
        int64_t result = status_of(SELF, ports[i], &status);
        observe(result, "status of port %u: %lu", ports[i], (uint64_t)status.status);
    }
    observe(expand_array((uint64_t)events / PAGE), "expand_array");
    observe(register_vcpu_info(0, (uint64_t)&infos[0] / PAGE, 0), "registration of the vcpu_info");
    observe(reset(SELF), "reset of nothing");
    fifo = 0;
    clean();
    bind_ipi(0, &ports[0]);
    observe(one_port(SEND, ports[0]), "send");
    settle();
    if (wanted_fifo) {
        uint8_t bits = 0;
        observe(one_port(SEND, ports[0]), "send");
        memset(controls, 0, sizeof controls);
        memset((void *)(uint64_t)events, 0, sizeof events);
        forget_changes();
        observe(init_control((uint64_t)&controls[0] / PAGE, 8, 0, &bits), "init_control, offset 8");
        fifo = 1;
        observe(expand_array((uint64_t)events / PAGE), "expand_array");
        observe(reset(SELF), "reset");
        fifo = 0;
        clean();
        if (machine.cpus > 1) {
            without_control_block();
        }
        observe(init_control((uint64_t)&controls[0] / PAGE, 4024, 0, &bits), "init_control, offset 4024");
        fifo = 1;
        int64_t result = 0;
        unsigned count = 0;
        for (; count < 200 && (result = expand_array((uint64_t)events / PAGE)) == 0; count++) {
        }
        observe(result, "expand_array in the end");
        notice("after %u pages", count);
        observe(expand_array(0x10000), "expand_array in a hole after that");
        observe(reset(SELF), "reset");
        fifo = 0;
        clean();
    }
}

void observe_limits(void)
{
    exhaust();
    start_over();
}
