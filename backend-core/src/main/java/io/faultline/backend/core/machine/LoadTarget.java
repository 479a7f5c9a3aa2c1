/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.Syndrome;

/**
 * Where the value of a load goes that the VMM or a device answers: the access details of the abort's syndrome.
 *
 * @param register number of the register, 31 for none
 * @param width size of the access
 * @param signExtend whether the value is sign-extended to the size of the register
 * @param sixtyFourBit whether the register is written as X or as W
 */
record LoadTarget(int register, AccessWidth width, boolean signExtend, boolean sixtyFourBit) {
    private static final int ZERO_REGISTER = 31;

    static LoadTarget of(Syndrome syndrome) {
        return new LoadTarget(
                syndrome.transferRegister(),
                syndrome.accessWidth(),
                syndrome.isSignExtended(),
                syndrome.isSixtyFourBit());
    }

    /** Returns a target for the same load that drops the value. */
    LoadTarget discarded() {
        return new LoadTarget(ZERO_REGISTER, width, signExtend, sixtyFourBit);
    }

    boolean isDiscarded() {
        return register == ZERO_REGISTER;
    }

    /** Returns what the register holds after the load. */
    long extend(long value) {
        int unused = Long.SIZE - 8 * width.bytes();
        long extended = signExtend ? value << unused >> unused : value << unused >>> unused;
        return sixtyFourBit ? extended : extended & 0xFFFF_FFFFL;
    }
}
