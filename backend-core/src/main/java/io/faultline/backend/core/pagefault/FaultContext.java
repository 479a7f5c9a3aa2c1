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
 * <p>What a rule or a port is given is valid during the call only: the next fault of the machine may use the same object.
 *
 * @since 0.1
 */
public final class FaultContext {
    private int vcpu;
    private long page;
    private AccessKind access;
    private boolean stage1Walk;
    private long pc;
    private ProcessorState state;

    /**
     * Makes a context.
     *
     * @param vcpu index of the vCPU
     * @param page address of the page, a multiple of 4096
     * @param access how it was touched
     * @param stage1Walk whether the access was made by a stage 1 table walk
     * @param pc address of the instruction
     * @param state processor state of the instruction
     * @throws IllegalArgumentException if the address is not that of a page
     */
    public FaultContext(int vcpu, long page, AccessKind access, boolean stage1Walk, long pc, ProcessorState state) {
        this.vcpu = vcpu;
        this.page = requirePage(page);
        this.access = Objects.requireNonNull(access, "access");
        this.stage1Walk = stage1Walk;
        this.pc = pc;
        this.state = Objects.requireNonNull(state, "state");
    }

    /** Makes a context that is filled before it is used. */
    FaultContext() {
        this(0, 0, AccessKind.READ, false, 0, ProcessorState.EL0T);
    }

    /** Makes this the context of another access. */
    FaultContext fill(int ofVcpu, long ofPage, AccessKind by, boolean byStage1Walk, long at, long spsr) {
        vcpu = ofVcpu;
        page = requirePage(ofPage);
        access = by;
        stage1Walk = byStage1Walk;
        pc = at;
        if (state.spsr() != spsr) {
            state = new ProcessorState(spsr);
        }
        return this;
    }

    private static long requirePage(long page) {
        if (!PageSize.isAligned(page)) {
            throw new IllegalArgumentException("0x" + Long.toHexString(page) + " is not the address of a page");
        }
        return page;
    }

    /**
     * Returns whose access it was.
     *
     * @return index of the vCPU
     */
    public int vcpu() {
        return vcpu;
    }

    /**
     * Returns what was touched.
     *
     * @return address of the page, a multiple of 4096
     */
    public long page() {
        return page;
    }

    /**
     * Returns how it was touched.
     *
     * @return kind of the access
     */
    public AccessKind access() {
        return access;
    }

    /**
     * Tells whether the access was made by a stage 1 table walk.
     *
     * @return true if it was
     */
    public boolean stage1Walk() {
        return stage1Walk;
    }

    /**
     * Returns where the instruction is.
     *
     * @return its virtual address
     */
    public long pc() {
        return pc;
    }

    /**
     * Returns the state in which the instruction was executed.
     *
     * @return processor state
     */
    public ProcessorState state() {
        return state;
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
