/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event.abi;

import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.domain.DomainId;
import java.util.Objects;

/**
 * The domain to which the ports belong.
 *
 * @param id number of the domain, 1 to 0x7FEF
 * @param vcpus number of vCPUs, at least 1
 * @param sharedInfo the shared_info page, whether the guest has mapped it or not
 * @since 0.1
 */
public record EventDomain(int id, int vcpus, Frame sharedInfo) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public EventDomain {
        if (id < 1 || id >= DomainId.FIRST_RESERVED || vcpus < 1) {
            throw new IllegalArgumentException("there is no domain " + id + " with " + vcpus + " vCPUs");
        }
        Objects.requireNonNull(sharedInfo, "sharedInfo");
    }

    /**
     * Tells whether there is such a vCPU.
     *
     * @param vcpu any value; compared as unsigned
     * @return true if it is an index of a vCPU, on or off
     */
    public boolean hasVcpu(int vcpu) {
        return Integer.compareUnsigned(vcpu, vcpus) < 0;
    }
}
