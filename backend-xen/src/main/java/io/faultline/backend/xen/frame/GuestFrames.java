/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.frame;

import io.faultline.backend.core.frame.Frame;
import org.jspecify.annotations.Nullable;

/**
 * Finds pages of a guest that are to be shared with the hypervisor. They stay where they are, whatever the guest does to its
 * address map later (XEN-126); whoever owns the memory does not page them out.
 *
 * @since 0.1
 */
public interface GuestFrames {
    /**
     * Looks a page up in the guest's address map.
     *
     * @param gfn guest frame number, any value
     * @return the page, which is resident; null unless it is RAM that the guest may read and write
     */
    @Nullable
    Frame ram(long gfn);

    /**
     * Finds a page again when state is restored.
     *
     * @param physical what {@link Frame#physical()} of a page said that {@link #ram} returned
     * @return the page; null if there is none
     */
    @Nullable
    Frame physical(long physical);
}
