/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.ProcessorState;

/**
 * A processing element of the client, as the dispatcher needs it. Its context is that of the guest, wherever the hardware
 * keeps it at the moment: in the PE itself between two instructions, in the exception registers of EL2 inside a call.
 *
 * @since 0.1
 */
public interface ClientPe {
    /**
     * Returns the index.
     *
     * @return 0 to the number of PEs minus 1
     */
    int index();

    /**
     * Returns the affinity by which calls name this PE.
     *
     * @return affinity fields of its MPIDR, everything else zero
     */
    long affinity();

    /**
     * Tells whether the PE is on.
     *
     * @return true if PSCI says so
     */
    boolean isOn();

    /**
     * Reads a general-purpose register.
     *
     * @param n 0 to 30
     * @return Xn
     */
    long x(int n);

    /**
     * Writes a general-purpose register.
     *
     * @param n 0 to 30
     * @param value Xn
     */
    void x(int n, long value);

    /**
     * Returns where the guest goes on.
     *
     * @return address of its next instruction
     */
    long pc();

    /**
     * Returns the processor state in which the guest goes on.
     *
     * @return PSTATE in the layout of SPSR
     */
    long pstate();

    /**
     * Sets where and how the guest goes on.
     *
     * @param pc address of its next instruction
     * @param pstate PSTATE in the layout of SPSR
     */
    void resumeAt(long pc, long pstate);

    /**
     * Returns the exception level of the client.
     *
     * @return EL1 of a guest that has no EL2, EL2 of one that has
     */
    ExceptionLevel level();

    /**
     * Returns the exception level that the guest goes on at. In a call, the level of the caller.
     *
     * @return EL0 to EL2
     */
    default ExceptionLevel currentLevel() {
        return new ProcessorState(pstate()).level();
    }

    /**
     * Returns the system control register of the client's exception level.
     *
     * @return SCTLR_EL1 or SCTLR_EL2, with SPAN as one where the architecture leaves PAN alone
     */
    long systemControl();

    /**
     * Returns the vector base of the client's exception level.
     *
     * @return VBAR_EL1 or VBAR_EL2
     */
    long vectorBase();

    /**
     * Tells whether the client's translation maps an address.
     *
     * @param address virtual address at the client's exception level
     * @return true if it can be read there
     */
    boolean isMapped(long address);

    /**
     * Sets what an ERET of the client returns to.
     *
     * @param pc ELR of the client's exception level
     * @param pstate SPSR of the client's exception level
     */
    void exceptionReturn(long pc, long pstate);

    /**
     * Says how many handlers run on the PE, whenever it changes.
     *
     * @param depth 0 to 2
     */
    void handlers(int depth);

    /** Makes the PE ask the dispatcher for work before its next instruction, and wakes it if it waits. */
    void requestAttention();
}
