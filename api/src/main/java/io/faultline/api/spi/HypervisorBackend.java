/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.spi;

import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.guest.GuestDriver;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.machine.MachineRequest;
import java.util.List;

/**
 * An opened backend: makes machines.
 *
 * <p>Machines of one backend may be driven by different threads at the same time.
 *
 * @since 0.1
 */
public interface HypervisorBackend extends AutoCloseable {
    /**
     * Says who this is.
     *
     * @return the descriptor of the provider
     */
    BackendDescriptor descriptor();

    /**
     * Returns what machines of this backend can do under the most favourable request.
     *
     * @return the capabilities
     */
    CapabilitySet capabilities();

    /**
     * Judges a request.
     *
     * @param request what the VMM wants
     * @return a plan, possibly with refusals
     */
    MachinePlan plan(MachineRequest request);

    /**
     * Returns the guest's half of every mechanism for asynchronous page faults that this backend offers.
     *
     * @return the drivers; empty if it offers none
     */
    List<GuestDriver> guestDrivers();

    /** Ends the backend; its machines must have been closed. Closing twice has no further effect. */
    @Override
    void close();
}
