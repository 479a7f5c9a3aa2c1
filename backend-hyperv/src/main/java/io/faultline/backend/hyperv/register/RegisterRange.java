/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.register;

import java.util.Objects;

/**
 * Registers with neighbouring numbers that are reached in the same way.
 *
 * @param first number of the first
 * @param last number of the last
 * @param privilege bit of the partition's privileges that access needs, or {@link #NO_PRIVILEGE}
 * @param early what is possible before the guest has set its OS id (hyperv.md 1.9)
 * @param isWritable whether the guest may write at all
 * @since 0.1
 */
public record RegisterRange(int first, int last, int privilege, Early early, boolean isWritable) {
    /** No privilege is needed. */
    public static final int NO_PRIVILEGE = -1;

    /** What is possible before the guest has set its OS id. */
    public enum Early {
        /** Nothing. */
        NOTHING,
        /** Reading. */
        READING,
        /** Reading and writing. */
        EVERYTHING
    }

    /** Checks for null. */
    public RegisterRange {
        Objects.requireNonNull(early, "early");
    }

    /**
     * Makes a range that can be reached only after the guest has set its OS id.
     *
     * @param first number of the first
     * @param last number of the last
     * @param privilege bit of the partition's privileges that access needs
     * @return the range
     */
    public static RegisterRange readWrite(int first, int last, int privilege) {
        return new RegisterRange(first, last, privilege, Early.NOTHING, true);
    }

    /**
     * Makes a range of registers that the guest can only read, after it has set its OS id.
     *
     * @param first number of the first
     * @param last number of the last
     * @param privilege bit of the partition's privileges that access needs
     * @return the range
     */
    public static RegisterRange readOnly(int first, int last, int privilege) {
        return new RegisterRange(first, last, privilege, Early.NOTHING, false);
    }
}
