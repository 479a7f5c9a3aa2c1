/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.capability;

/**
 * What an SDEI dispatcher offers.
 *
 * @param minorVersion 0 for SDEI 1.0, 1 for SDEI 1.1
 * @param privateSlots number of private bind slots, 0 to 65535
 * @param sharedSlots number of shared bind slots, 0 to 65535
 * @since 0.1
 */
public record SdeiLimits(int minorVersion, int privateSlots, int sharedSlots) {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a component is out of range
     */
    public SdeiLimits {
        if (minorVersion < 0 || minorVersion > 1) {
            throw new IllegalArgumentException("SDEI 1." + minorVersion + " does not exist");
        }
        if ((privateSlots & ~0xFFFF) != 0 || (sharedSlots & ~0xFFFF) != 0) {
            throw new IllegalArgumentException("bind slots must be 0 to 65535");
        }
    }
}
