/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.timer;

import io.faultline.api.arm64.SystemRegister;

/** One timer of a PE by its registers and its interrupt. */
enum TimerUnit {
    /** EL1 physical. */
    PHYSICAL(SystemRegister.CNTP_CTL_EL0, SystemRegister.CNTP_CVAL_EL0, SystemRegister.CNTP_TVAL_EL0, 30),
    /** EL1 virtual: the only one that CNTVOFF_EL2 concerns. */
    VIRTUAL(SystemRegister.CNTV_CTL_EL0, SystemRegister.CNTV_CVAL_EL0, SystemRegister.CNTV_TVAL_EL0, 27),
    /** EL2 physical. */
    EL2_PHYSICAL(SystemRegister.CNTHP_CTL_EL2, SystemRegister.CNTHP_CVAL_EL2, SystemRegister.CNTHP_TVAL_EL2, 26),
    /** EL2 virtual, which FEAT_VHE adds. */
    EL2_VIRTUAL(SystemRegister.CNTHV_CTL_EL2, SystemRegister.CNTHV_CVAL_EL2, SystemRegister.CNTHV_TVAL_EL2, 28);

    final SystemRegister control;
    final SystemRegister compare;
    final SystemRegister value;
    final int interrupt;

    TimerUnit(SystemRegister control, SystemRegister compare, SystemRegister value, int interrupt) {
        this.control = control;
        this.compare = compare;
        this.value = value;
        this.interrupt = interrupt;
    }
}
