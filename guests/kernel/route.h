/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A route is the way in which a host says "not present" and "ready". The kernel has one or none.
 */
#ifndef ROUTE_H
#define ROUTE_H

#include "kernel.h"

/* What the kernel does about something that the host says. */
enum answer {
    NOT_MINE, /* this route did not ask for it */
    WAIT,     /* the task that was interrupted waits: do not go back to it before the scheduler was asked */
    GO_ON,    /* back to what was interrupted */
};

/*
 * Everything is called with interrupts masked, on the processor that it is about, and without the lock.
 */
struct route {
    const char *name;

    /* Once, on the first processor: is the host's interface there? Prints what it found if it is. */
    int (*probe)(void);

    /* A processor has come online. Its part of the interface is off. */
    void (*enable)(struct cpu *me);

    /* A processor goes offline. Afterwards the host says nothing to it any more, and never sends a ready for what it
     * announced before; the caller sees to the tasks that wait. */
    void (*disable)(struct cpu *me);

    /* An interrupt was taken, from EL0 or not, that is neither the timer's nor the scheduler's. A route that finds a
     * ring or a page of messages takes everything that is in it. */
    enum answer (*interrupt)(struct cpu *me, unsigned interrupt, int from_user);

    /* An event arrived that is no interrupt: an SDEI event, with its number, or an exception of a class that the
     * processor does not have, with its syndrome. 0 if the route has no such events. */
    enum answer (*event)(struct cpu *me, uint64_t what, int from_user);

    /* An exception of the host's own was entered from EL0, by vectors that go to resume_entry. 0 if there are none. */
    enum answer (*enter)(struct cpu *me);
};

extern const struct route route_sdei, route_ppi, route_xen, route_hyperv, route_none;

/* The one in use; route_none before it has been chosen. */
extern const struct route *route;

/* Chooses by the boot argument: auto takes the first one that is there. */
void route_choose(void);

/* ---- what routes tell the kernel ------------------------------------------------------------- */

/*
 * The host says that what was interrupted needs a page that is not present. Tokens are not 0. The answer is WAIT, or
 * GO_ON if the kernel cannot wait: then the route tells the host, if can_decline, and no ready follows.
 */
enum answer not_present(struct cpu *me, uint64_t token, int from_user, int can_decline);

/* The host says that the page of a token is there. It is a hint: what waits looks again. */
void ready(struct cpu *me, uint64_t token);

/* The host says so of everything that it has announced to this processor. */
void wake_all(struct cpu *me);

#endif
