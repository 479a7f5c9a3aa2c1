/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

/** What SCHEDOP_poll wants to know of a port. */
@FunctionalInterface
public interface PollPorts {
    /** The port does not exist, is free or reserved, or belongs to the hypervisor. */
    int UNUSABLE = -1;
    /** The port is not pending. */
    int QUIET = 0;
    /** The port is pending, masked or not. */
    int PENDING = 1;

    /**
     * Returns the state of a port of the domain.
     *
     * @param port any value, unsigned
     * @return {@link #UNUSABLE}, {@link #QUIET} or {@link #PENDING}
     */
    int state(int port);
}
