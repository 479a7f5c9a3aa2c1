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
