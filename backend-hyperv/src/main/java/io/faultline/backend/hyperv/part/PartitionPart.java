/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.part;

import io.faultline.api.state.StateElement;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.hyperv.hypercall.Hypercall;
import io.faultline.backend.hyperv.register.RegisterGroup;
import io.faultline.hwmodel.timer.VirtualClock;
import java.util.List;

/**
 * A part of a machine that has state of its own. Called by the thread that drives the machine.
 *
 * @since 0.1
 */
public interface PartitionPart extends StateElement {
    /**
     * Returns the registers of this part.
     *
     * @return groups, the same each time
     */
    default List<RegisterGroup> registers() {
        return List.of();
    }

    /**
     * Returns the hypercalls of this part.
     *
     * @return calls, the same each time
     */
    default List<Hypercall> hypercalls() {
        return List.of();
    }

    /**
     * A vCPU is put into its state after cold reset by the VMM. {@link #reset()} does this for all of them.
     *
     * @param vcpu index of the vCPU
     */
    default void resetVcpu(int vcpu) {
        // nothing belongs to a vCPU unless the part says so
    }

    /**
     * A vCPU was turned on and has its reset state. That is no reset of what the hypervisor keeps for it (hyperv.md 3.6).
     *
     * @param vcpu index of the vCPU
     */
    default void turnedOn(int vcpu) {
        // of interest to those who follow power
    }

    /**
     * A vCPU is being turned off.
     *
     * @param vcpu index of the vCPU
     */
    default void turnedOff(int vcpu) {
        // of interest to those who follow power
    }

    /**
     * A vCPU is about to execute instructions, in a run or step of the VMM.
     *
     * @param vcpu index of the vCPU
     */
    default void entered(int vcpu) {
        // of interest to those who account for time
    }

    /**
     * A vCPU has stopped executing instructions.
     *
     * @param vcpu index of the vCPU
     */
    default void left(int vcpu) {
        // of interest to those who account for time
    }

    /**
     * A vCPU that asked for attention is about to execute an instruction.
     *
     * @param vcpu the vCPU
     * @return true if the guest was diverted
     */
    default boolean attention(VirtualProcessor vcpu) {
        return false;
    }

    /**
     * Tells whether a vCPU that waits has a reason of this part to go on.
     *
     * @param vcpu index of the vCPU
     * @return true if it goes on
     */
    default boolean wakes(int vcpu) {
        return false;
    }

    /**
     * Returns when {@link #deadlinePassed} is to be called.
     *
     * @return virtual time in nanoseconds, or {@link VirtualClock#NEVER}
     */
    default long nextDeadline() {
        return VirtualClock.NEVER;
    }

    /**
     * Returns when something of this part happens by itself that may end a wait of a vCPU.
     *
     * @param vcpu index of the vCPU
     * @return virtual time in nanoseconds, or {@link VirtualClock#NEVER}
     */
    default long nextDeadline(int vcpu) {
        return VirtualClock.NEVER;
    }

    /** The time of {@link #nextDeadline()} of this or another part has come. */
    default void deadlinePassed() {
        // there is none
    }

    /** The machine is closed: nothing is called any more. */
    default void closed() {
        // nothing outlives a machine unless a part says so
    }

    /**
     * Tells whether the part accesses a page of RAM without being ready for its absence.
     *
     * @param page physical address
     * @return true if the page must stay
     */
    default boolean needs(long page) {
        return false;
    }
}
