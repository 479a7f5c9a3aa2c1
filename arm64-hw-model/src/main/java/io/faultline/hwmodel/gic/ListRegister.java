/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.gic;

/** Fields of ICH_LRn_EL2 (IHI 0069, 12.4.2). */
final class ListRegister {
    static final long PENDING = 1L << 62;
    static final long ACTIVE = 1L << 63;
    static final long HARDWARE = 1L << 61;
    /** Maintenance interrupt at the end of the interrupt; only without {@link #HARDWARE}. */
    static final long NOTIFY_END = 1L << 41;

    /** State, HW, Group, Priority (5 bits), pINTID, vINTID (16 bits). */
    static final long WRITABLE =
            PENDING | ACTIVE | HARDWARE | 1L << 60 | 0xF8L << 48 | 0x3FFL << 32 | NOTIFY_END | 0xFFFF;

    private static final int HARDWARE_INTID_MASK = 0x3FF;

    private ListRegister() {}

    static boolean isInvalid(long register) {
        return (register & (PENDING | ACTIVE)) == 0;
    }

    /** Pending and not active, so that it can be signalled. */
    static boolean isPendingOnly(long register) {
        return (register & (PENDING | ACTIVE)) == PENDING;
    }

    static boolean isActive(long register) {
        return (register & ACTIVE) != 0;
    }

    static int intid(long register) {
        return (int) register & 0xFFFF;
    }

    static int priority(long register) {
        return (int) (register >>> 48) & 0xFF;
    }

    static int group(long register) {
        return (int) (register >>> 60) & 1;
    }

    static boolean isHardware(long register) {
        return (register & HARDWARE) != 0;
    }

    static int hardwareIntid(long register) {
        return (int) (register >>> 32) & HARDWARE_INTID_MASK;
    }

    /** Ended, and the software at EL2 wanted to hear of it. */
    static boolean isEnded(long register) {
        return isInvalid(register) && !isHardware(register) && (register & NOTIFY_END) != 0;
    }
}
