/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.memory;

import io.faultline.backend.xen.domain.DomainId;
import io.faultline.backend.xen.hypercall.XenError;

/**
 * Which domains there are, as seen from one of them.
 *
 * @since 0.1
 */
public interface KnownDomains {
    /**
     * Returns the number of the domain itself.
     *
     * @return the number of the caller's domain
     */
    int own();

    /**
     * Tells whether a domain exists.
     *
     * @param domain 0 to 65535
     * @return true for domain 0 and for each machine of the backend; false for the reserved numbers
     */
    boolean exists(int domain);

    /**
     * Judges a number in a call that an unprivileged domain may make for itself only (XEN-022).
     *
     * @param domain the number, or DOMID_SELF
     * @return 0 for the domain itself, EPERM for another, ESRCH if there is none
     */
    default int judge(int domain) {
        if (domain == DomainId.SELF || domain == own()) {
            return 0;
        }
        return exists(domain) ? XenError.EPERM : XenError.ESRCH;
    }
}
