/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.machine.MachineRequest;
import io.faultline.api.trace.TraceSink;
import io.faultline.hwmodel.gic.InterruptController;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.mmu.Stage2;
import java.util.Optional;

/**
 * The machine as code of a hypervisor sees it. Used by the thread that drives the machine.
 *
 * @since 0.1
 */
public interface Host {
    /**
     * Returns the number of vCPUs.
     *
     * @return at least 1
     */
    int vcpuCount();

    /**
     * Returns a vCPU.
     *
     * @param index 0 to {@link #vcpuCount()} minus 1
     * @return the vCPU
     * @throws IndexOutOfBoundsException if there is no such vCPU
     */
    VirtualProcessor vcpu(int index);

    /**
     * Finds the vCPU that a guest names in a firmware or hypervisor call.
     *
     * @param mpidr any value
     * @return the vCPU with this affinity; empty if bits outside the affinity fields are set or no vCPU has it
     */
    Optional<VirtualProcessor> byAffinity(long mpidr);

    /**
     * Returns the RAM.
     *
     * @return the RAM of the hardware model
     */
    GuestRam ram();

    /**
     * Returns where the guest's pages lead.
     *
     * @return stage 2 of the hardware model
     */
    Stage2 stage2();

    /**
     * Gives the guest an empty page of RAM in the place of what was there, resident or not: who waits for the page goes on.
     *
     * @param page address of a page of RAM
     */
    void renew(long page);

    /**
     * Tells whether a page cannot become absent: the personality needs it, or something else is in its place.
     *
     * @param page address of a page of RAM
     * @return true if it must stay
     */
    boolean isPinned(long page);

    /**
     * Returns a page of the personality's own.
     *
     * @param index 0 to the number that {@link Personality#privateFrames} asked for minus 1
     * @return its physical address, above every address of a guest
     * @throws IndexOutOfBoundsException if there is no such page
     */
    long privateFrame(int index);

    /**
     * Tells whether this machine only tries a saved state, before the real one takes it over: nobody else may learn of it.
     *
     * @return true if it never runs
     */
    boolean isRehearsal();

    /**
     * Returns the interrupt controller.
     *
     * @return the GIC of the hardware model
     */
    InterruptController gic();

    /**
     * Returns the virtual time.
     *
     * @return nanoseconds since cold reset
     */
    long now();

    /**
     * Lets virtual time pass while the hypervisor handles a trap. The vCPU in the trap goes on at the new time, and what has
     * become due meanwhile comes before its next instruction.
     *
     * @param nanos how much, at least 0; time stops at its largest value
     */
    void elapse(long nanos);

    /**
     * Returns where events of the machine go. Ask {@link #tracing()} before an event is made.
     *
     * @return the sink of the request
     */
    TraceSink trace();

    /**
     * Tells whether anybody wants events.
     *
     * @return what the sink said when the machine was built
     */
    boolean tracing();

    /**
     * Returns what the VMM asked for.
     *
     * @return the request of the plan
     */
    MachineRequest request();
}
