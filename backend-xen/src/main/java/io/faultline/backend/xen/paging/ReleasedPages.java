/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

/** Hears what the guest gives back (xen.md 7.5, drop; XEN-193). */
@FunctionalInterface
public interface ReleasedPages {
    /**
     * The guest releases a page or has something else put in its place, in a hypercall. Called before that is done.
     *
     * @param gfn guest frame number of a page of memory, or of none
     */
    void released(long gfn);
}
