/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.arm64;

/**
 * Constants of the SMC Calling Convention (DEN 0028), shared by every firmware interface.
 *
 * @since 0.1
 */
public final class Smccc {
    /** The call succeeded. */
    public static final long SUCCESS = 0;
    /** The function is not implemented. */
    public static final long NOT_SUPPORTED = -1;
    /** The function is not needed in the present state. */
    public static final long NOT_REQUIRED = -2;
    /** An argument is invalid. */
    public static final long INVALID_PARAMETER = -3;

    /** SMCCC_VERSION. */
    public static final int VERSION = 0x8000_0000;
    /** SMCCC_ARCH_FEATURES. */
    public static final int ARCH_FEATURES = 0x8000_0001;
    /** Vendor-specific hypervisor service: UID of the hypervisor, returned in W0 to W3. */
    public static final int VENDOR_HYP_UID = 0x8600_FF01;
    /** Vendor-specific hypervisor service: bitmap of its functions. */
    public static final int VENDOR_HYP_FEATURES = 0x8600_0000;
    /** SMCCC version 1.2 as {@link #VERSION} returns it. */
    public static final long VERSION_1_2 = 0x1_0002;

    private static final int FAST = 1 << 31;
    private static final int SMC64 = 1 << 30;

    private Smccc() {}

    /**
     * Makes the identifier of a fast call in the 32-bit convention.
     *
     * @param owner owning entity, 0 to 63 (4 standard service, 6 vendor hypervisor service)
     * @param number function number, 0 to 65535
     * @return the function identifier as W0 carries it
     */
    public static int fast32(int owner, int number) {
        return FAST | (owner & 0x3F) << 24 | (number & 0xFFFF);
    }

    /**
     * Makes the identifier of a fast call in the 64-bit convention.
     *
     * @param owner owning entity, 0 to 63
     * @param number function number, 0 to 65535
     * @return the function identifier as W0 carries it
     */
    public static int fast64(int owner, int number) {
        return fast32(owner, number) | SMC64;
    }

    /**
     * Returns the owning entity of a function.
     *
     * @param function the function identifier
     * @return bits 29:24
     */
    public static int owner(int function) {
        return function >>> 24 & 0x3F;
    }

    /**
     * Tells whether a function uses the 64-bit convention.
     *
     * @param function the function identifier
     * @return bit 30
     */
    public static boolean isSmc64(int function) {
        return (function & SMC64) != 0;
    }
}
