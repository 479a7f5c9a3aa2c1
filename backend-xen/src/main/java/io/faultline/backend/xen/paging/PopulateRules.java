/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

/** What an access to a page that is away tells the pager (xen.md 7.5, populate; XEN-190, XEN-191). */
public interface PopulateRules {
    /**
     * Tells whether the pager gets a request.
     *
     * @param type what the page was before the access
     * @param guest whether a vCPU of the guest has touched it; that vCPU is paused by the request then
     * @return false if it is on its way already and nobody waits for the answer
     */
    boolean isAsked(PageType type, boolean guest);

    /**
     * Returns the flags of the page in the request.
     *
     * @param type what the page was before the access
     * @return 0, or that evicting it will fail
     */
    int flags(PageType type);
}
