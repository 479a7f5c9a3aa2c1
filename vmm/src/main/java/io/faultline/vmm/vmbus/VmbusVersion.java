/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.vmbus;

import java.util.Optional;

/**
 * A version of the VMBus protocol, oldest first (hyperv.md 7.4).
 *
 * @since 0.1
 */
public enum VmbusVersion {
    /** 2.4, of Windows 8. */
    V2_4(2, 4),
    /** 3.0, of Windows 8.1. */
    V3_0(3, 0),
    /** 4.0, of Windows 10. */
    V4_0(4, 0),
    /** 4.1: channels move to another processor while they are open. */
    V4_1(4, 1),
    /** 5.0: messages go to a connection of their own and name where they are answered. */
    V5_0(5, 0),
    /** 5.1. */
    V5_1(5, 1),
    /** 5.2. */
    V5_2(5, 2),
    /** 5.3: the move of a channel is answered. */
    V5_3(5, 3);

    private final int major;
    private final int minor;

    VmbusVersion(int major, int minor) {
        this.major = major;
        this.minor = minor;
    }

    /**
     * Returns the number by which a guest asks for it.
     *
     * @return the major version in bits 31:16, the minor one below
     */
    public int code() {
        return major << 16 | minor;
    }

    /**
     * Finds a version.
     *
     * @param code any number
     * @return the version; empty if there is none that this server knows
     */
    public static Optional<VmbusVersion> of(int code) {
        for (VmbusVersion version : values()) {
            if (version.code() == code) {
                return Optional.of(version);
            }
        }
        return Optional.empty();
    }

    /**
     * Finds a version by its name.
     *
     * @param name any text
     * @return the version that has it as {@link #toString()}; empty if none has
     */
    public static Optional<VmbusVersion> named(String name) {
        for (VmbusVersion version : values()) {
            if (version.toString().equals(name)) {
                return Optional.of(version);
            }
        }
        return Optional.empty();
    }

    /** Whether a code is that of a protocol in which a contact names the source that takes the answer. */
    static boolean namesSource(int code) {
        return Integer.compareUnsigned(code, V5_0.code()) >= 0;
    }

    boolean movesChannels() {
        return compareTo(V4_1) >= 0;
    }

    boolean answersMoves() {
        return compareTo(V5_3) >= 0;
    }

    /** Returns the name, for example {@code 5.3}. */
    @Override
    public String toString() {
        return major + "." + minor;
    }
}
