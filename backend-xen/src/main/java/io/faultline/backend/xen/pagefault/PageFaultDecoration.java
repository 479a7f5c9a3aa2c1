/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.pagefault;

import io.faultline.backend.core.pagefault.PortDecoration;
import io.faultline.backend.xen.hypercall.Hypercall;

/**
 * The place where one part of asynchronous page faults can be replaced or wrapped: it sees every part once, when a machine
 * is made. It is bound like the other parts of a machine.
 *
 * @since 0.1
 */
public interface PageFaultDecoration extends PortDecoration<Registrations> {
    /** Leaves every part as it is. */
    PageFaultDecoration NONE = new PageFaultDecoration() {};

    /**
     * Returns the hypercall to use.
     *
     * @param call the standard one
     * @param machine what the guest has registered
     * @return the same, or another one in its place
     */
    default Hypercall call(Hypercall call, Registrations machine) {
        return call;
    }
}
