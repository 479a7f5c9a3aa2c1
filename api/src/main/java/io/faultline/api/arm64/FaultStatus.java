/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.arm64;

/**
 * Fault status codes: bits 5:0 of the ISS of an instruction or data abort (DDI 0487, D24.2.40).
 *
 * @since 0.1
 */
public final class FaultStatus {
    /** Address size fault, level 0; add the level. */
    public static final int ADDRESS_SIZE = 0b000000;
    /** Translation fault, level 0; add the level. */
    public static final int TRANSLATION = 0b000100;
    /** Access flag fault, level 0; add the level. */
    public static final int ACCESS_FLAG = 0b001000;
    /** Permission fault, level 0; add the level. */
    public static final int PERMISSION = 0b001100;
    /** Synchronous external abort, not on a translation table walk. */
    public static final int EXTERNAL = 0b010000;
    /** Synchronous external abort on a translation table walk, level 0; add the level. */
    public static final int EXTERNAL_ON_WALK = 0b010100;
    /** Alignment fault. */
    public static final int ALIGNMENT = 0b100001;
    /** Unsupported exclusive or atomic access. */
    public static final int UNSUPPORTED_EXCLUSIVE = 0b110101;

    private FaultStatus() {}

    /**
     * Tells whether a code is a translation fault of any level 0 to 3.
     *
     * @param code bits 5:0 of the ISS
     * @return true for 0b0001xx
     */
    public static boolean isTranslation(int code) {
        return (code & 0b111100) == TRANSLATION;
    }

    /**
     * Tells whether a code is a permission fault of any level 0 to 3.
     *
     * @param code bits 5:0 of the ISS
     * @return true for 0b0011xx
     */
    public static boolean isPermission(int code) {
        return (code & 0b111100) == PERMISSION;
    }
}
