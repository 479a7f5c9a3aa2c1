/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.feature;

import io.faultline.api.arm64.Smccc;

/**
 * The identifier by which a guest without ACPI recognises Hyper-V: 58ba324d-6447-24cd-756c-ef8e24705916 (hyperv.md 2.2, D16).
 *
 * @since 0.1
 */
public final class HypervisorUid {
    private static final int SMC64 = 1 << 30;
    private static final int[] WORDS = {0x4D32_BA58, 0xCD24_4764, 0x8EEF_6C75, 0x1659_7024};

    private HypervisorUid() {}

    /**
     * Tells whether a call asks for the identifier, in either convention.
     *
     * @param function function identifier, W0
     * @return true if it does
     */
    public static boolean isAsked(int function) {
        return (function & ~SMC64) == Smccc.VENDOR_HYP_UID;
    }

    /**
     * Returns a part of the identifier.
     *
     * @param register 0 to 3
     * @return what the guest finds in that register
     */
    public static long word(int register) {
        return Integer.toUnsignedLong(WORDS[register]);
    }

    /**
     * Returns in how many registers the identifier is.
     *
     * @return 4
     */
    public static int words() {
        return WORDS.length;
    }
}
