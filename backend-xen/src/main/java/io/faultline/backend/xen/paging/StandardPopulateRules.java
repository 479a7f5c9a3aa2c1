/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

import jakarta.inject.Inject;

/** Every vCPU has a request of its own, others only the first. */
final class StandardPopulateRules implements PopulateRules {
    @Inject
    StandardPopulateRules() {}

    @Override
    public boolean isAsked(PageType type, boolean guest) {
        return guest || type != PageType.PAGING_IN;
    }

    @Override
    public int flags(PageType type) {
        return type == PageType.PAGING_OUT ? VmEvent.EVICT_FAIL : 0;
    }
}
