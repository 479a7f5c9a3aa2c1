/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

/**
 * What is in xenstore before the guest runs.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface StoreContents {
    /**
     * Writes the nodes.
     *
     * @param store an empty store
     */
    void write(GuestStore store);
}
