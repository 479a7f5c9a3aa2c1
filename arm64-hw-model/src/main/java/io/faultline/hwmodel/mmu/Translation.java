/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import io.faultline.api.arm64.AccessKind;

/** What one stage says of an address. Reused: walkers and caches fill it in. */
final class Translation {
    /** {@link #status} of a translation without fault. */
    static final int FINE = -1;

    /** Permissions of unprivileged accesses. */
    static final int USER_READ = 1;

    static final int USER_WRITE = 1 << 1;
    static final int USER_EXECUTE = 1 << 2;
    /** Permissions of privileged accesses. */
    static final int READ = 1 << 3;

    static final int WRITE = 1 << 4;
    static final int EXECUTE = 1 << 5;
    /** Data accesses are to Device memory. */
    static final int DEVICE = 1 << 6;
    /** The translation is the same for every ASID. */
    static final int GLOBAL = 1 << 7;
    /** PSTATE.PAN takes data permissions of privileged accesses away. */
    static final int NEVER_FOR_PRIVILEGED = 1 << 8;

    /** Output address. */
    long address;
    /** {@link #FINE}, or a fault status code with level. */
    int status;
    /** The bits above. */
    int attributes;
    /** Level of the descriptor, 0 to 3. */
    int level;
    /** Size of what the descriptor maps: 2 to the power of this. */
    int shift;
    /** Memory attributes as in MAIR. */
    int memory;
    /** Shareability as in the descriptor. */
    int shareability;

    /** Describes a fault. */
    boolean fault(int faultStatus, int atLevel) {
        status = faultStatus + atLevel;
        level = atLevel;
        return false;
    }

    boolean isDevice() {
        return (attributes & DEVICE) != 0;
    }

    /** Whether an access is permitted. */
    boolean permits(AccessKind access, boolean user, boolean pan) {
        int needed = switch (access) {
            case READ -> user ? USER_READ : READ;
            case WRITE -> user ? USER_WRITE : WRITE;
            case EXECUTE -> user ? USER_EXECUTE : EXECUTE;
        };
        if ((attributes & needed) == 0) {
            return false;
        }
        return !pan || access == AccessKind.EXECUTE || (attributes & NEVER_FOR_PRIVILEGED) == 0;
    }
}
