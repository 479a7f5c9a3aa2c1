/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.ProcessorState;

/**
 * The PSTATE with which an exception begins: the rule of AArch64.TakeException (Arm ARM, shared pseudocode), without
 * anything else. Exceptions, injected aborts and SDEI dispatch use the same rule.
 *
 * @since 0.1
 */
public final class EntryState {
    private static final long SCTLR_SPAN = 1L << 23;
    private static final long SCTLR_DSSBS = 1L << 44;
    /** Condition flags, PAN and DIT are taken over from the interrupted state. */
    private static final long COPIED = ProcessorState.NZCV | ProcessorState.PAN | ProcessorState.DIT;

    private EntryState() {}

    /**
     * Works out the state.
     *
     * <p>D, A, I and F are set, SP_ELx is selected, IL, SS, UAO and BTYPE are zero. PAN is set on entry to EL1 or EL2 if
     * SCTLR.SPAN is zero, SSBS becomes SCTLR.DSSBS. Where the architecture leaves PAN alone, which is at EL2 without
     * a host operating system and on a PE without FEAT_PAN, SPAN is a bit that is one.
     *
     * @param interrupted PSTATE of the interrupted context
     * @param target level that takes the exception, EL1 to EL3
     * @param sctlr SCTLR of the target level
     * @return PSTATE at the first instruction of the vector
     * @throws IllegalArgumentException if the target is EL0
     */
    public static ProcessorState of(ProcessorState interrupted, ExceptionLevel target, long sctlr) {
        if (target == ExceptionLevel.EL0) {
            throw new IllegalArgumentException("no exception is taken to EL0");
        }
        return new ProcessorState(of(interrupted.spsr(), target.number(), sctlr));
    }

    static long of(long interrupted, int target, long sctlr) {
        long state = interrupted & COPIED | ProcessorState.DAIF | (long) target << 2 | ProcessorState.SP;
        if (target <= 2 && (sctlr & SCTLR_SPAN) == 0) {
            state |= ProcessorState.PAN;
        }
        if ((sctlr & SCTLR_DSSBS) != 0) {
            state |= ProcessorState.SSBS;
        }
        return state;
    }
}
