/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

/**
 * How long a PE remembers translations. Both are allowed by the architecture; software that forgets to invalidate goes
 * wrong reliably with the second.
 *
 * @since 0.1
 */
public enum TlbMode {
    /** A translation is remembered until something that could change it happens, for a limited number of pages. */
    NORMAL,
    /**
     * A translation is remembered for its ASID and VMID until a TLBI instruction names it, whatever else happens to the
     * tables or to the registers that point to them (Arm ARM, D8.14). This is the mode that finds missing invalidations.
     */
    RETENTIVE
}
