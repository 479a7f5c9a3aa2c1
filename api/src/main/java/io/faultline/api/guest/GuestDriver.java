/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.guest;

/**
 * The guest's half of one mechanism for asynchronous page faults.
 *
 * <p>A driver keeps no state of its own between calls but what the guest's memory and registers hold, so that it works
 * on both sides of a save and restore. Every method executes instructions on the vCPU it is given and leaves it at EL1
 * unless it says otherwise. A driver that meets an answer which its mechanism does not allow throws
 * {@link io.faultline.api.error.HypervisorException} with PROTOCOL_VIOLATION.
 *
 * @since 0.1
 */
public interface GuestDriver {
    /**
     * Returns the name of the mechanism.
     *
     * @return the name that {@link io.faultline.api.capability.AsyncPageFaultLimits#mechanism()} gives
     */
    String mechanism();

    /**
     * Returns how much memory the driver needs on each vCPU.
     *
     * @return number of pages of {@link GuestSetup#area()}, at least 1
     */
    default int areaPages() {
        return 1;
    }

    /**
     * Looks for the mechanism. Changes nothing.
     *
     * @param cpu a vCPU at EL1
     * @return true if the host offers it
     */
    boolean discover(GuestCpu cpu);

    /**
     * Sets the mechanism up on one vCPU, with faults of EL0 announced and faults of EL1 not. The wake-all that enabling
     * may cause is left pending.
     *
     * @param cpu a vCPU at EL1 with interrupts masked
     * @param setup memory to use
     */
    void enable(GuestCpu cpu, GuestSetup setup);

    /**
     * Finds out why control was diverted, right after it was. Leaves the guest in the handler.
     *
     * @param cpu a vCPU at the first instruction of an exception vector or event handler
     * @param setup what {@link #enable} was given
     * @return what it was; after {@link GuestNotification.NotMine} nothing has been consumed
     */
    GuestNotification identify(GuestCpu cpu, GuestSetup setup);

    /**
     * Answers a notification and leaves the handler: to {@link GuestSetup#resume()} at EL1 with the interrupted context
     * in {@code ELR_EL1} and {@code SPSR_EL1} for {@link GuestAnswer#ASYNCHRONOUS}, to the interrupted context
     * otherwise.
     *
     * @param cpu the vCPU that {@link #identify} was called on
     * @param setup what {@link #enable} was given
     * @param notification what {@code identify} returned
     * @param answer the answer
     */
    void answer(GuestCpu cpu, GuestSetup setup, GuestNotification notification, GuestAnswer answer);

    /**
     * Takes the mechanism down on one vCPU. The guest must wake its own waiters (APF-149).
     *
     * @param cpu a vCPU at EL1, not in a handler
     * @param setup what {@link #enable} was given
     */
    void disable(GuestCpu cpu, GuestSetup setup);
}
