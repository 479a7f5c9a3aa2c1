/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

import org.jspecify.annotations.Nullable;

/** The three steps of a page that the pager makes (xen.md 7.5, XEN-189, XEN-190, XEN-192). There is a ring. */
public interface PageLife {
    /**
     * Begins to take a page away.
     *
     * @param gfn guest frame number, any value
     * @return 0 or an error, negative
     */
    int nominate(long gfn);

    /**
     * Takes a nominated page away.
     *
     * @param gfn guest frame number, any value
     * @return 0 or an error, negative
     */
    int evict(long gfn);

    /**
     * Brings a page in.
     *
     * @param gfn guest frame number, any value
     * @param content its content, of any length; null for none
     * @return 0 or an error, negative
     */
    int prepare(long gfn, byte @Nullable [] content);
}
