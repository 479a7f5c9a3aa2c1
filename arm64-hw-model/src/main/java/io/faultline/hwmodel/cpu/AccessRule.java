/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import io.faultline.api.arm64.SystemRegister;

/**
 * Who may access something with MRS, MSR or SYS, and what happens to the others.
 *
 * @param readLevel lowest exception level that reads; {@link #NEVER} if none
 * @param writeLevel lowest exception level that writes or executes
 * @param gate register at EL1 that must allow EL0
 * @param gateBits one of these bits must be set for EL0, or the access traps to EL1; 0 if EL0 needs no permission
 * @param trap register at EL2 that may trap EL1 and EL0
 * @param readTrap bits that trap reads
 * @param writeTrap bits that trap writes
 * @param trapWhenClear whether the traps are active while their bit is zero
 */
record AccessRule(
        int readLevel,
        int writeLevel,
        SystemRegister gate,
        long gateBits,
        SystemRegister trap,
        long readTrap,
        long writeTrap,
        boolean trapWhenClear) {
    /** No exception level of the guest. */
    static final int NEVER = 4;

    static AccessRule of(int readLevel, int writeLevel) {
        return new AccessRule(readLevel, writeLevel, SystemRegister.SCTLR_EL1, 0, SystemRegister.HCR_EL2, 0, 0, false);
    }

    AccessRule gatedBy(SystemRegister register, long bits) {
        return new AccessRule(readLevel, writeLevel, register, bits, trap, readTrap, writeTrap, trapWhenClear);
    }

    AccessRule trappedBy(SystemRegister register, long readBits, long writeBits) {
        return new AccessRule(readLevel, writeLevel, gate, gateBits, register, readBits, writeBits, false);
    }

    AccessRule trappedUnless(SystemRegister register, long bits) {
        return new AccessRule(readLevel, writeLevel, gate, gateBits, register, bits, bits, true);
    }

    /** What becomes of an access. */
    enum Verdict {
        ALLOWED,
        UNDEFINED,
        TRAPPED_TO_EL1,
        TRAPPED_TO_EL2
    }

    Verdict judge(int level, boolean read, SystemRegisters registers) {
        if (level < (read ? readLevel : writeLevel)) {
            return Verdict.UNDEFINED;
        }
        if (level == 0 && gateBits != 0 && (registers.stored(gate) & gateBits) == 0) {
            return Verdict.TRAPPED_TO_EL1;
        }
        long bits = read ? readTrap : writeTrap;
        if (bits != 0 && ((registers.stored(trap) & bits) == 0) == trapWhenClear) {
            return Verdict.TRAPPED_TO_EL2;
        }
        return Verdict.ALLOWED;
    }
}
