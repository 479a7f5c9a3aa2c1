/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.frame;

import org.jspecify.annotations.Nullable;

/** The memory behind the guest's frame numbers. */
@FunctionalInterface
public interface GuestFrames {
    /**
     * Finds the RAM that is mapped at a frame number now, and pins it.
     *
     * @param gfn a guest frame number, any value: a guest-physical address divided by 4096
     * @return the page; null if there is no RAM, or none that the guest may write
     */
    @Nullable
    Frame ram(long gfn);
}
