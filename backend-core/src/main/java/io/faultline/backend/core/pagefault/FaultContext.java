/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.arm64.ProcessorState;
import java.util.Objects;

/**
 * One access to a page that is not there, and the context that made it.
 *
 * @param vcpu index of the vCPU
 * @param page address of the page, a multiple of 4096
 * @param access how it was touched
 * @param stage1Walk whether the access was made by a stage 1 table walk
 * @param pc address of the instruction
 * @param state processor state of the instruction
 * @since 0.1
 */
public record FaultContext(int vcpu, long page, AccessKind access, boolean stage1Walk, long pc, ProcessorState state) {
    /**
     * Checks the address.
     *
     * @throws IllegalArgumentException if the address is not that of a page
     */
    public FaultContext {
        Objects.requireNonNull(access, "access");
        Objects.requireNonNull(state, "state");
        if (!PageSize.isAligned(page)) {
            throw new IllegalArgumentException("0x" + Long.toHexString(page) + " is not the address of a page");
        }
    }

    /**
     * Tells whether the access was made in supervisor mode.
     *
     * @return true for EL1 and above
     */
    public boolean isSupervisor() {
        return state.level() != ExceptionLevel.EL0;
    }
}
