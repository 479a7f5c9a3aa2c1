/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.backend.core.frame.Frame;

/**
 * How the event interrupt of each vCPU follows its {@code evtchn_upcall_pending} (xen.md 5.3). What is pending or active
 * is state of the interrupt controller, not of this.
 */
public interface EventInterrupt {
    /**
     * From now on the vcpu_info of a vCPU is at a place that the guest can reach.
     *
     * @param vcpu index of the vCPU
     * @param frame its page
     * @param offset where it begins in the page
     */
    void follow(int vcpu, Frame frame, int offset);

    /**
     * A vCPU has no vcpu_info that the guest can reach.
     *
     * @param vcpu index of the vCPU
     */
    void release(int vcpu);

    /**
     * The hypervisor has set bit 0 of the byte, which was clear.
     *
     * @param vcpu index of the vCPU
     */
    void raise(int vcpu);

    /**
     * A vCPU has trapped.
     *
     * @param vcpu index of the vCPU
     */
    void trapped(int vcpu);

    /**
     * Tells whether a vCPU that waits goes on without an interrupt that is signalled (xen.md 5.5, b).
     *
     * @param vcpu index of the vCPU
     * @return true if it does
     */
    boolean wakes(int vcpu);
}
