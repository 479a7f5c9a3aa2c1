/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.arm64;

/**
 * Functions and return codes of the Power State Coordination Interface (DEN 0022).
 *
 * @since 0.1
 */
public final class Psci {
    /** PSCI_VERSION. */
    public static final int VERSION = 0x8400_0000;
    /** CPU_SUSPEND, 32-bit convention. */
    public static final int CPU_SUSPEND_32 = 0x8400_0001;
    /** CPU_SUSPEND, 64-bit convention. */
    public static final int CPU_SUSPEND = 0xC400_0001;
    /** CPU_OFF. */
    public static final int CPU_OFF = 0x8400_0002;
    /** CPU_ON, 32-bit convention. */
    public static final int CPU_ON_32 = 0x8400_0003;
    /** CPU_ON, 64-bit convention. */
    public static final int CPU_ON = 0xC400_0003;
    /** AFFINITY_INFO, 32-bit convention. */
    public static final int AFFINITY_INFO_32 = 0x8400_0004;
    /** AFFINITY_INFO, 64-bit convention. */
    public static final int AFFINITY_INFO = 0xC400_0004;
    /** MIGRATE_INFO_TYPE. */
    public static final int MIGRATE_INFO_TYPE = 0x8400_0006;
    /** SYSTEM_OFF. */
    public static final int SYSTEM_OFF = 0x8400_0008;
    /** SYSTEM_RESET. */
    public static final int SYSTEM_RESET = 0x8400_0009;
    /** PSCI_FEATURES. */
    public static final int FEATURES = 0x8400_000A;

    /** Version 1.1 as {@link #VERSION} returns it. */
    public static final long VERSION_1_1 = 0x1_0001;

    /** Success. */
    public static final long SUCCESS = 0;
    /** Not supported. */
    public static final long NOT_SUPPORTED = -1;
    /** Invalid parameters. */
    public static final long INVALID_PARAMETERS = -2;
    /** Denied. */
    public static final long DENIED = -3;
    /** The PE is already on. */
    public static final long ALREADY_ON = -4;
    /** CPU_ON for the PE is already under way. */
    public static final long ON_PENDING = -5;
    /** Internal failure. */
    public static final long INTERNAL_FAILURE = -6;
    /** Trusted OS is not present on the PE. */
    public static final long NOT_PRESENT = -7;
    /** The PE is disabled. */
    public static final long DISABLED = -8;
    /** The entry address is invalid. */
    public static final long INVALID_ADDRESS = -9;

    /** AFFINITY_INFO: the PE is on. */
    public static final long AFFINITY_ON = 0;
    /** AFFINITY_INFO: the PE is off. */
    public static final long AFFINITY_OFF = 1;
    /** AFFINITY_INFO: the PE is being turned on. */
    public static final long AFFINITY_ON_PENDING = 2;

    private Psci() {}
}
