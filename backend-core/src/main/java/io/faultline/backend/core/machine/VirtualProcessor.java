/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.Affinity;
import io.faultline.api.machine.VcpuExit;
import io.faultline.hwmodel.cpu.ProcessingElement;

/**
 * A vCPU as code of a hypervisor sees it. Used by the thread that drives the machine.
 *
 * @since 0.1
 */
public interface VirtualProcessor {
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
     * Returns the processing element that executes this vCPU.
     *
     * @return the PE of the hardware model
     */
    ProcessingElement pe();

    /**
     * Tells whether the vCPU is on, as PSCI sees it.
     *
     * @return true if it is on
     */
    boolean isOn();

    /**
     * Makes the vCPU look for work before its next instruction: {@link Personality#attention} is called then. A vCPU
     * that waits for an interrupt or, interruptibly, for a page goes on if {@link Personality#wakes} or an interrupt
     * says so.
     */
    void requestAttention();

    /**
     * A call needs a page that is not resident: the guest executes the instruction again when the page has come, or if it
     * takes an interrupt before. Nothing of the call may have had an effect.
     *
     * @param page address of the page, as the guest's own accesses name it
     * @param access how the page is needed
     * @return false if the page is lost, so that the call has to fail
     */
    boolean retryWithPage(long page, AccessKind access);

    /**
     * Blocks the vCPU in a call or trap: it executes nothing before an interrupt becomes pending that was not when the
     * wait began, an interrupt can be taken, {@link Personality#wakes} says so, {@link #unblock()} is called, or the time
     * comes. {@link Personality#attention} is called when it goes on.
     *
     * @param deadline virtual time in nanoseconds, or {@link io.faultline.hwmodel.timer.VirtualClock#NEVER}; one that has
     *     passed ends the wait at once
     */
    void block(long deadline);

    /** Ends what {@link #block} began; nothing happens if the vCPU is not blocked. */
    void unblock();

    /**
     * Tells whether the vCPU waits for an interrupt or event: after WFI, CPU_SUSPEND or {@link #block}.
     *
     * @return true until the wait is over, which is found out when the vCPU is about to run
     */
    boolean isBlocked();

    /**
     * Tells whether the vCPU waits for a page.
     *
     * @return true until the wait is over, which is found out when the vCPU is about to run
     */
    boolean isWaitingForPage();

    /**
     * Ends the run or step in progress after the present call, trap or instruction.
     *
     * @param why what the VMM gets
     */
    void exit(VcpuExit why);

    /**
     * Ends the machine in a call of this vCPU, as PSCI SYSTEM_OFF or SYSTEM_RESET does: every vCPU is off, and the VMM
     * gets the event as the exit of this one.
     *
     * @param kind which of the two
     */
    void shutDown(VcpuExit.SystemEvent.Kind kind);

    /**
     * Returns the machine of this vCPU.
     *
     * @return the machine
     */
    Host host();
}
