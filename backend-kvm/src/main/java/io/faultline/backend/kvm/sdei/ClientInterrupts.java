/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.SdeiEventType;
import java.util.Optional;

/**
 * The interrupts of a machine, as far as a dispatcher takes them over (sdei.md 1.3, INTERRUPT_BIND).
 *
 * <p>Where a PE is asked for, it is the index of the PE of a PPI, {@link EventInstance#NOBODY} for an SPI. Called by the
 * thread that drives the machine.
 *
 * @since 0.1
 */
public interface ClientInterrupts {
    /**
     * Says what kind of event an interrupt can be bound to.
     *
     * @param intid any number, as the guest gave it
     * @return private for a PPI, shared for an SPI of this machine; empty for everything else (SDEI-089)
     */
    Optional<SdeiEventType> kind(int intid);

    /**
     * Tells whether an interrupt belongs to the client (SDEI-048, SDEI-093).
     *
     * @param intid a PPI or SPI
     * @return false if the hypervisor uses it itself
     */
    boolean isOwned(int intid);

    /**
     * Takes an interrupt from the client, or gives it back; what is pending is forgotten both times (SDEI-046, SDEI-098).
     *
     * @param pe the PE, or NOBODY
     * @param intid a PPI or SPI
     * @param away true to take it
     */
    void divert(int pe, int intid, boolean away);

    /**
     * Says that an interrupt is or is not taken, without any other effect: after a restore.
     *
     * @param pe the PE, or NOBODY
     * @param intid a PPI or SPI
     * @param away true if it is taken
     */
    void diverted(int pe, int intid, boolean away);

    /**
     * Tells whether the source of an interrupt wants attention: an edge is latched, or a level is high.
     *
     * @param pe the PE, or NOBODY
     * @param intid a PPI or SPI
     * @return true if it does
     */
    boolean isPending(int pe, int intid);

    /**
     * Tells whether an interrupt is being handled, by whomever.
     *
     * @param pe the PE, or NOBODY
     * @param intid a PPI or SPI
     * @return true if it is active
     */
    boolean isActive(int pe, int intid);

    /**
     * Makes an interrupt active and consumes its edge: its handler begins.
     *
     * @param pe the PE, or NOBODY
     * @param intid a PPI or SPI
     */
    void acknowledge(int pe, int intid);

    /**
     * Makes an interrupt inactive: its handler has ended. A level that is still high is pending then (SDEI-101).
     *
     * @param pe the PE, or NOBODY
     * @param intid a PPI or SPI
     */
    void end(int pe, int intid);
}
