/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.Affinity;
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
     * Returns the machine of this vCPU.
     *
     * @return the machine
     */
    Host host();
}
