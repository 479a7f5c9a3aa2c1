/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "route.h"
#include "text.h"

const struct route *route = &route_none;

/* In the order in which auto tries them; the last one is always there. */
static const struct route *const routes[] = {&route_sdei, &route_ppi, &route_xen, &route_hyperv, &route_none};

void route_choose(void)
{
    int any = text_equal(arguments.route, "auto");
    for (unsigned i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if ((any || text_equal(arguments.route, routes[i]->name)) && routes[i]->probe()) {
            route = routes[i];
            return;
        }
    }
    fail("boot argument route=%s: the host does not offer it, or it is not one of auto, none, sdei, ppi, xen, hyperv",
         arguments.route);
}

enum answer not_present(struct cpu *me, uint64_t token, int from_user, int can_decline)
{
    me->announced++;
    int on_purpose = arguments.decline != 0 && me->announced % arguments.decline == 0;
    /* The kernel never sleeps, and neither does a processor that runs nothing or is about to put its task away. */
    if (from_user && me->current != 0 && me->token == NO_TOKEN && !me->distrust && !on_purpose) {
        me->token = token;
        return WAIT;
    }
    if (can_decline) {
        me->declined++;
    } else {
        me->unheeded++;
    }
    /* What is declined has no ready, or so the host says; in the kernel an SDEI event may have come under the lock. */
    if (from_user || !can_decline) {
        lock();
        wait_for_nothing(token);
        unlock();
    }
    return GO_ON;
}

void ready(struct cpu *me, uint64_t token)
{
    me->ready++;
    lock();
    wait_end(me, token);
    unlock();
}

void wake_all(struct cpu *me)
{
    me->wake_alls++;
    lock();
    if (me->token != NO_TOKEN) {
        wait_for_nothing(me->token); /* it ends before it has begun */
        me->token = NO_TOKEN;
    }
    wait_end_all(me);
    unlock();
}
