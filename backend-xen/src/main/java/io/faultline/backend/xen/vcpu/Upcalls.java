/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.backend.core.frame.Frame;

/** How a vCPU learns that it has events: its vcpu_info and the event interrupt (xen.md 3.1, 4.4, 5). */
public interface Upcalls {
    /**
     * Says that a vCPU has events: sets bit 0 of {@code evtchn_upcall_pending}, and if it was clear raises the event
     * interrupt.
     *
     * @param vcpu index of the vCPU
     */
    void markPending(int vcpu);

    /**
     * Tells whether a vCPU has been told of events and has not looked since, or cannot be told at all.
     *
     * @param vcpu index of the vCPU
     * @return true if {@link #markPending} would raise no interrupt
     */
    boolean isMarked(int vcpu);

    /**
     * Returns where the selector of the two-level ABI is: the page of the vCPU's vcpu_info.
     *
     * @param vcpu index of the vCPU
     * @return the page; of a vCPU above 0 that has not registered any, a page that nobody else reads
     */
    Frame infoFrame(int vcpu);

    /**
     * Returns where in {@link #infoFrame} the vcpu_info begins.
     *
     * @param vcpu index of the vCPU
     * @return a multiple of 8, at most 4048
     */
    int infoOffset(int vcpu);

    /**
     * A port has become pending: those vCPUs go on that wait for it in SCHEDOP_poll.
     *
     * @param port the port
     */
    void wakePollers(int port);
}
