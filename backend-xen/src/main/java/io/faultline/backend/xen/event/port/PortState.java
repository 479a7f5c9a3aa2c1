/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event.port;

/**
 * What a port is (xen.md 4.1).
 *
 * @since 0.1
 */
public enum PortState {
    /** Nobody uses it. */
    FREE(0, false),
    /** Port 0, which nobody can use. */
    RESERVED(0, false),
    /** A domain may connect to it. */
    UNBOUND(1, true),
    /** It is connected to a port of a domain. */
    INTERDOMAIN(2, true),
    /** It stands for a physical interrupt. Nothing enters this state on ARM. */
    PIRQ(3, true),
    /** It stands for a virtual interrupt. */
    VIRQ(4, true),
    /** It is for the domain itself. */
    IPI(5, true);

    private final int status;
    private final boolean open;

    PortState(int status, boolean open) {
        this.status = status;
        this.open = open;
    }

    /**
     * Returns how a guest is told.
     *
     * @return the number that EVTCHNOP_status gives, 0 to 5
     */
    public int status() {
        return status;
    }

    /**
     * Tells whether somebody uses the port.
     *
     * @return false for {@link #FREE} and {@link #RESERVED}
     */
    public boolean isOpen() {
        return open;
    }
}
