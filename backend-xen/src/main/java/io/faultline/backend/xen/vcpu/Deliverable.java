/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.backend.core.machine.VirtualProcessor;

/** Whether a vCPU in a call has something to take when it returns. */
@FunctionalInterface
public interface Deliverable {
    /**
     * Tells whether an interrupt, the event interrupt included, can be taken with the masks of the guest (XEN-161).
     *
     * @param vcpu a vCPU in a trap
     * @return true if one can
     */
    boolean isDue(VirtualProcessor vcpu);
}
