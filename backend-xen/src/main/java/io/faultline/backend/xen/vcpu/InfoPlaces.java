/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.backend.core.frame.Frame;

/** Where the vcpu_info of each vCPU is. */
public interface InfoPlaces {
    /**
     * Tells whether a vCPU has registered its vcpu_info, which it can do once.
     *
     * @param vcpu index of the vCPU
     * @return true if it has
     */
    boolean isRegistered(int vcpu);

    /**
     * Moves the vcpu_info of a vCPU: what was in shared_info moves along, otherwise there are zeros. Then every word of
     * the selector is set and, after that, the upcall, so that events that went to the old place are found (XEN-031,
     * XEN-032, XEN-038).
     *
     * @param vcpu index of a vCPU that has not registered its vcpu_info
     * @param frame the page
     * @param offset where it begins, a multiple of 8, at most 4048
     */
    void register(int vcpu, Frame frame, int offset);
}
