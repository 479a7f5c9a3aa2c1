/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.machine.MachineRequest;
import io.faultline.api.trace.TraceSink;
import io.faultline.hwmodel.gic.InterruptController;
import io.faultline.hwmodel.memory.GuestRam;
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
