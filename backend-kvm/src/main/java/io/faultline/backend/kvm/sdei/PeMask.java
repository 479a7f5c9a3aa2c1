/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

/**
 * The mask of a PE.
 *
 * @since 0.1
 */
public interface PeMask {
    /**
     * Masks events.
     *
     * @param pe the PE
     * @return true if they were not masked before (SDEI-078)
     */
    boolean mask(PeState pe);

    /**
     * Unmasks events.
     *
     * @param pe the PE
     */
    void unmask(PeState pe);
}
