/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import io.faultline.backend.xen.domain.DomainId;

/**
 * Who asks.
 *
 * @param domain number of its domain
 */
record StoreClient(int domain) {
    /** The toolstack: permissions and quotas do not hold for it. */
    static final StoreClient TOOLSTACK = new StoreClient(DomainId.CONTROL);

    boolean isPrivileged() {
        return domain == DomainId.CONTROL;
    }
}
