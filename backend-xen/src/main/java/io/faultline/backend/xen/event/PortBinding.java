/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

/**
 * How a port comes into use at the guest's wish (xen.md 4.2). Each method returns the port, or a negated number of
 * {@link io.faultline.backend.xen.hypercall.XenError}; if it fails, nothing has changed.
 *
 * @since 0.1
 */
public interface PortBinding {
    /**
     * Makes a port to which another domain may connect (alloc_unbound).
     *
     * @param remote number of that domain, SELF for the caller
     * @return the port, or why not
     */
    int allocateUnbound(int remote);

    /**
     * Connects to a port that was offered (bind_interdomain).
     *
     * @param domain number of the domain, SELF for the caller
     * @param remote any value
     * @return the caller's port, or why not
     */
    int bindInterdomain(int domain, int remote);

    /**
     * Makes a port for a virtual interrupt (bind_virq).
     *
     * @param virq any value
     * @param vcpu any value
     * @return the port, or why not
     */
    int bindVirq(int virq, int vcpu);

    /**
     * Makes a port for the domain itself (bind_ipi).
     *
     * @param vcpu any value
     * @return the port, or why not
     */
    int bindIpi(int vcpu);
}
