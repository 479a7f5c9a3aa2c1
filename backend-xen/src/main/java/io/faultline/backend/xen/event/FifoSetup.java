/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

/**
 * How a guest gets the FIFO ABI (xen.md 4.2: init_control, expand_array, set_priority). Each method returns 0 or a negated
 * number of {@link io.faultline.backend.xen.hypercall.XenError}; if it fails, nothing has changed.
 *
 * @since 0.1
 */
public interface FifoSetup {
    /**
     * Gives a vCPU its control block; the first one turns the FIFO ABI on.
     *
     * @param vcpu any value
     * @param gfn any value
     * @param offset any value
     * @return 0, or why not
     */
    int initControl(int vcpu, long gfn, int offset);

    /**
     * Adds a page to the event array.
     *
     * @param gfn any value
     * @return 0, or why not
     */
    int expandArray(long gfn);

    /**
     * Chooses the priority of a port.
     *
     * @param port any value
     * @param priority any value
     * @return 0, or why not
     */
    int setPriority(int port, int priority);
}
