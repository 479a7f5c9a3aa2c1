/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

/** Makes the value of PAR_EL1 (Arm ARM, D17.2.106). */
final class TranslationResult {
    private static final long RES1 = 1 << 11;
    private static final long NON_SECURE = 1 << 9;
    private static final long FAULT = 1;
    private static final long ON_WALK = 1 << 8;
    private static final long STAGE2 = 1 << 9;
    private static final long ADDRESS = 0x0000_FFFF_FFFF_F000L;

    private TranslationResult() {}

    static long of(Translation found) {
        return (long) found.memory << 56 | found.address & ADDRESS | RES1 | NON_SECURE | (long) found.shareability << 7;
    }

    static long fault(int status, boolean ofStage2, boolean onWalk) {
        return RES1 | (ofStage2 ? STAGE2 : 0) | (onWalk ? ON_WALK : 0) | (long) status << 1 | FAULT;
    }
}
