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
 * @param gate register at EL1 that must allow EL0; under a host operating system at EL2, its counterpart there
 * @param gateBits one of these bits must be set for EL0, or the access traps to EL1; 0 if EL0 needs no permission
 * @param trap register at EL2 that may trap EL1 and EL0
 * @param readTrap bits that trap reads
 * @param writeTrap bits that trap writes
 * @param trapWhenClear whether the traps are active while their bit is zero
 * @param gateShutWhenSet whether the gate is shut while its bit is one
 */
record AccessRule(
        int readLevel,
        int writeLevel,
        SystemRegister gate,
        long gateBits,
        SystemRegister trap,
        long readTrap,
        long writeTrap,
        boolean trapWhenClear,
        boolean gateShutWhenSet) {
    /** No exception level of the guest. */
    static final int NEVER = 4;

    static AccessRule of(int readLevel, int writeLevel) {
        return new AccessRule(
                readLevel, writeLevel, SystemRegister.SCTLR_EL1, 0, SystemRegister.HCR_EL2, 0, 0, false, false);
    }

    AccessRule gatedBy(SystemRegister register, long bits) {
        return new AccessRule(
                readLevel, writeLevel, register, bits, trap, readTrap, writeTrap, trapWhenClear, gateShutWhenSet);
    }

    AccessRule trappedBy(SystemRegister register, long readBits, long writeBits) {
        return new AccessRule(
                readLevel, writeLevel, gate, gateBits, register, readBits, writeBits, false, gateShutWhenSet);
    }

    AccessRule trappedUnless(SystemRegister register, long bits) {
        return new AccessRule(readLevel, writeLevel, gate, gateBits, register, bits, bits, true, gateShutWhenSet);
    }

    /** What becomes of an access. */
    enum Verdict {
        ALLOWED,
        UNDEFINED,
        /** To EL1, or to EL2 if that is where exceptions of EL0 go. */
        TRAPPED_TO_EL1,
        TRAPPED_TO_EL2
    }

    Verdict judge(int level, boolean read, SystemRegisters registers) {
        if (level < (read ? readLevel : writeLevel)) {
            return Verdict.UNDEFINED;
        }
        boolean underHost = level == 0 && (registers.stored(SystemRegister.HCR_EL2) & Bits.HCR_HOST) == Bits.HCR_HOST;
        if (level == 0
                && gateBits != 0
                && ((registers.stored(underHost ? hostGate() : gate) & gateBits) != 0) == gateShutWhenSet) {
            return Verdict.TRAPPED_TO_EL1;
        }
        long bits = read ? readTrap : writeTrap;
        if (bits != 0
                && level < 2
                && !underHost
                && ((registers.stored(trap) & moved(bits, registers)) == 0) == trapWhenClear) {
            return Verdict.TRAPPED_TO_EL2;
        }
        return Verdict.ALLOWED;
    }

    /** Where the permissions of EL0 are when it runs under a host operating system at EL2. */
    private SystemRegister hostGate() {
        return switch (gate) {
            case SCTLR_EL1 -> SystemRegister.SCTLR_EL2;
            case CNTKCTL_EL1 -> SystemRegister.CNTHCTL_EL2;
            default -> gate;
        };
    }

    /** CNTHCTL_EL2 has another layout with HCR_EL2.E2H. */
    private long moved(long bits, SystemRegisters registers) {
        boolean shifted =
                trap == SystemRegister.CNTHCTL_EL2 && (registers.stored(SystemRegister.HCR_EL2) & Bits.HCR_E2H) != 0;
        return shifted ? bits << Bits.CNTHCTL_HOST_SHIFT : bits;
    }
}
