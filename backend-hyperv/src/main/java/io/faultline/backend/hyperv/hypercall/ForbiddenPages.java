/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.hypercall;

/**
 * Says of which accesses to the parameters of a call the VMM hears by an intercept (hyperv.md 0, D4).
 *
 * @since 0.1
 */
@FunctionalInterface
public interface ForbiddenPages {
    /**
     * Tells whether an access that stage 2 does not permit is intercepted: the guest makes the call again then.
     *
     * @param page guest-physical address of a page
     * @return false if the call fails
     */
    boolean isIntercepted(long page);
}
