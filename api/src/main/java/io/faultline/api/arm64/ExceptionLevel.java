/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.arm64;

/**
 * An exception level of the Arm architecture, from the least privileged to the most.
 *
 * @since 0.1
 */
public enum ExceptionLevel {
    /** Applications. */
    EL0,
    /** Operating-system kernel. */
    EL1,
    /** Hypervisor. */
    EL2,
    /** Secure monitor, firmware. */
    EL3;

    private static final ExceptionLevel[] LEVELS = values();

    /**
     * Returns the level with a given number.
     *
     * @param number 0 to 3, as in bits 3:2 of {@code CurrentEL}
     * @return the level
     * @throws IllegalArgumentException if {@code number} is outside 0 to 3
     */
    public static ExceptionLevel of(int number) {
        if (number < 0 || number > 3) {
            throw new IllegalArgumentException("exception level " + number + " is outside 0 to 3");
        }
        return LEVELS[number];
    }

    /**
     * Returns the number of this level.
     *
     * @return 0 to 3
     */
    public int number() {
        return ordinal();
    }
}
