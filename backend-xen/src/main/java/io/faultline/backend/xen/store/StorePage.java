/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

/**
 * How the guest learns where the page of xenstore is: the parameter STORE_PFN.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface StorePage {
    /** What the parameter says while the page is to come. */
    long LATER = -1;

    /**
     * Sets the parameter.
     *
     * @param number the guest frame number, or {@link #LATER}
     */
    void publish(long number);
}
