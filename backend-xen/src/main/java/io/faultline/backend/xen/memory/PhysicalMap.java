/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.memory;

import io.faultline.backend.core.frame.Frame;

/**
 * The guest's physical address space: which page of memory is at which guest frame number. Guest frame numbers come from
 * the guest and can have any value. Whatever caches translations forgets them when an entry changes.
 *
 * @since 0.1
 */
public interface PhysicalMap {
    /**
     * Puts a page of the hypervisor at a guest frame number, readable and writable; what was there is not visible any more
     * (xen.md 3.3).
     *
     * @param gfn guest frame number
     * @param frame the page
     * @return 0, or a number of {@link io.faultline.backend.xen.hypercall.XenError} if there can be no page or no room for the
     *     entry; nothing has changed then
     */
    int map(long gfn, Frame frame);

    /**
     * Puts a fresh page of RAM at a guest frame number, all zeros; what was there is not visible any more.
     *
     * @param gfn guest frame number
     * @return false if there can be no RAM; nothing has changed then
     */
    boolean populate(long gfn);

    /**
     * Makes a guest frame number a hole. A page of RAM that was there is given back.
     *
     * @param gfn guest frame number
     * @return false if it was a hole, or is nothing that can be removed
     */
    boolean unmap(long gfn);

    /**
     * Returns the largest guest frame number that has ever had a page.
     *
     * @return the number
     */
    long lastGfn();
}
