/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

/** Which vCPU is in a hypercall. */
@FunctionalInterface
public interface CurrentVcpu {
    /**
     * Returns the vCPU.
     *
     * @return its index
     */
    int index();
}
