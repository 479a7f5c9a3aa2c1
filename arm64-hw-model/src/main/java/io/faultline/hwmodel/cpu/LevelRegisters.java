/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import io.faultline.api.arm64.SystemRegister;

/** The registers that every exception level has of its own and that exception entry and return use. */
enum LevelRegisters {
    EL1(
            SystemRegister.SCTLR_EL1,
            SystemRegister.VBAR_EL1,
            SystemRegister.SPSR_EL1,
            SystemRegister.ELR_EL1,
            SystemRegister.ESR_EL1,
            SystemRegister.FAR_EL1),
    EL2(
            SystemRegister.SCTLR_EL2,
            SystemRegister.VBAR_EL2,
            SystemRegister.SPSR_EL2,
            SystemRegister.ELR_EL2,
            SystemRegister.ESR_EL2,
            SystemRegister.FAR_EL2),
    EL3(
            SystemRegister.SCTLR_EL3,
            SystemRegister.VBAR_EL3,
            SystemRegister.SPSR_EL3,
            SystemRegister.ELR_EL3,
            SystemRegister.ESR_EL3,
            SystemRegister.FAR_EL3);

    private static final LevelRegisters[] LEVELS = values();

    private final SystemRegister sctlr;
    private final SystemRegister vbar;
    private final SystemRegister spsr;
    private final SystemRegister elr;
    private final SystemRegister esr;
    private final SystemRegister far;

    LevelRegisters(
            SystemRegister sctlr,
            SystemRegister vbar,
            SystemRegister spsr,
            SystemRegister elr,
            SystemRegister esr,
            SystemRegister far) {
        this.sctlr = sctlr;
        this.vbar = vbar;
        this.spsr = spsr;
        this.elr = elr;
        this.esr = esr;
        this.far = far;
    }

    /** Returns the registers of EL1, EL2 or EL3. */
    static LevelRegisters of(int level) {
        return LEVELS[level - 1];
    }

    SystemRegister sctlr() {
        return sctlr;
    }

    SystemRegister vbar() {
        return vbar;
    }

    SystemRegister spsr() {
        return spsr;
    }

    SystemRegister elr() {
        return elr;
    }

    SystemRegister esr() {
        return esr;
    }

    SystemRegister far() {
        return far;
    }
}
