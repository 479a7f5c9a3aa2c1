/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.machine;

import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.Register;

/**
 * A virtual processor.
 *
 * <p>Not thread-safe but for {@link #kick()}.
 *
 * @since 0.1
 */
public interface Vcpu {
    /**
     * Returns the index.
     *
     * @return 0 to the number of vCPUs minus 1
     */
    int index();

    /**
     * Returns the affinity by which firmware calls name this vCPU.
     *
     * @return the affinity fields of its {@code MPIDR_EL1}
     */
    Affinity affinity();

    /**
     * Tells whether the vCPU is on, as PSCI sees it.
     *
     * @return true if it is on
     */
    boolean isOn();

    /**
     * Returns how many instructions this vCPU has executed, those that trapped or took an exception included. A VMM uses
     * it to divide a budget and to see whether anything ran at all.
     *
     * @return instructions since the machine was built, at least 0 and never decreasing; neither {@link #reset()} nor
     *     {@link Machine#restore} changes it
     */
    long retired();

    /**
     * Runs until something happens that the VMM must know, or the budget is used up.
     *
     * @param budget how long at most
     * @return why it stopped
     * @throws io.faultline.api.error.HypervisorException with ILLEGAL_STATE if the answer to an MMIO read is missing
     */
    VcpuExit run(RunBudget budget);

    /**
     * Makes one step: takes one event or interrupt that is due, or else executes one instruction.
     *
     * <p>If an event or interrupt is taken, none of its handler has been executed when this returns. An instruction that
     * causes an exception is one step together with the exception.
     *
     * @return {@link VcpuExit.Stepped}, or another reason that kept the step from being completed
     * @throws io.faultline.api.error.HypervisorException with ILLEGAL_STATE if the answer to an MMIO read is missing
     */
    VcpuExit step();

    /**
     * Makes the present or next call of {@link #run} return with {@link VcpuExit.Kicked}. May be called from any thread;
     * several kicks before a return count as one.
     *
     * <p>A kick is noticed between two instructions, and not necessarily the next two: a backend may look for it once in
     * some ten thousand. {@link #step()} neither notices nor consumes it.
     */
    void kick();

    /**
     * Supplies the value of the MMIO read that the vCPU stopped for.
     *
     * @param value the value in its low bytes
     * @throws io.faultline.api.error.HypervisorException with ILLEGAL_STATE if it did not stop for an MMIO read
     */
    void completeMmioRead(long value);

    /**
     * Answers the MMIO read or write that the vCPU stopped for with an error instead: nothing is there. The guest takes a
     * synchronous external abort at the instruction that made the access, which is not complete then.
     *
     * <p>A write may be refused only before the vCPU runs again.
     *
     * @throws io.faultline.api.error.HypervisorException with ILLEGAL_STATE if the last stop was not for an MMIO access
     */
    void refuseMmio();

    /**
     * Reads a register, as a debugger would.
     *
     * @param register the register
     * @return its value
     * @throws io.faultline.api.error.HypervisorException with INVALID_ARGUMENT if the vCPU does not have it
     */
    long read(Register register);

    /**
     * Writes a register, as a debugger would. Writing {@code PC} redirects the vCPU.
     *
     * @param register the register
     * @param value the value
     * @throws io.faultline.api.error.HypervisorException with INVALID_ARGUMENT if the vCPU does not have it or it is
     *     read-only
     */
    void write(Register register, long value);

    /** Puts the vCPU into its state after cold reset; drops events and faults that were on their way to it. */
    void reset();
}
