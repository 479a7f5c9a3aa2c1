/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.FaultStatus;
import java.util.function.LongSupplier;

/**
 * Stage 1 while SCTLR_EL1.M is zero: addresses are taken as they are, data is Device-nGnRnE (AArch64.S1DisabledOutput).
 *
 * <p>An address with bits above the implemented size is an address size fault of level 0. The top byte does not count
 * where TCR_EL1.TBI0 or TBI1 says so; bit 55 chooses between them.
 */
final class FlatStage1 implements Stage1 {
    private static final long TBI0 = 1L << 37;
    private static final long TBI1 = 1L << 38;

    private final LongSupplier tcr;

    FlatStage1(LongSupplier tcr) {
        this.tcr = tcr;
    }

    @Override
    public long translate(long virtualAddress, AccessKind access) {
        if ((virtualAddress & -ADDRESS_LIMIT) == 0) {
            return virtualAddress;
        }
        long significant = ignoresTopByte(virtualAddress) ? virtualAddress & -1L >>> 8 : virtualAddress;
        return (significant & -ADDRESS_LIMIT) == 0 ? significant : FAULT;
    }

    private boolean ignoresTopByte(long virtualAddress) {
        long bit = (virtualAddress >>> 55 & 1) == 0 ? TBI0 : TBI1;
        return (tcr.getAsLong() & bit) != 0;
    }

    @Override
    public int faultStatus() {
        return FaultStatus.ADDRESS_SIZE;
    }

    @Override
    public boolean isDevice(long virtualAddress) {
        return true;
    }
}
