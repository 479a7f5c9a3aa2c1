/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * No interface: the processor stands still for every page, and the kernel does not notice.
 */
#include "route.h"

static int probe(void)
{
    print("kernel: no interface for asynchronous page faults\n");
    return 1;
}

static void nothing(struct cpu *me)
{
    (void)me;
}

static enum answer interrupt(struct cpu *me, unsigned number, int from_user)
{
    (void)me;
    (void)number;
    (void)from_user;
    return NOT_MINE;
}

const struct route route_none = {
    .name = "none",
    .probe = probe,
    .enable = nothing,
    .disable = nothing,
    .interrupt = interrupt,
};
