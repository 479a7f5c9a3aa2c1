/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.pagefault.Veto;
import java.util.Optional;

/**
 * What another part of the hypervisor may do with a private SDEI event that it owns.
 *
 * <p>Called on the thread that runs the machine, with the vCPU stopped in a trap or between two instructions. A guest
 * has no way to make any of these methods throw.
 *
 * @since 0.1
 */
public interface SdeiInjector {
    /**
     * Says what keeps an event from being taken at once. Changes nothing.
     *
     * @param vcpu index of the vCPU
     * @param event number of a private event
     * @return {@link Veto#EVENT_NOT_READY} if the event is not registered and enabled, {@link Veto#EVENT_MASKED},
     *     {@link Veto#HANDLER_RUNNING} or {@link Veto#EVENT_PENDING}, the first that holds in this order; empty if
     *     {@link #injectNow} would deliver
     */
    Optional<Veto> obstacle(int vcpu, int event);

    /**
     * Raises an event if it can be taken before the vCPU executes another instruction; otherwise nothing is latched
     * (SDEI-197). The handler is entered when the vCPU goes on, never inside this call.
     *
     * @param vcpu index of the vCPU
     * @param event number of a private event
     * @return DELIVERED or REJECTED
     */
    DeliveryOutcome injectNow(int vcpu, int event);

    /**
     * Withdraws an event that is latched and not yet taken (SDEI-198).
     *
     * @param vcpu index of the vCPU
     * @param event number of a private event
     * @return true if it was latched and no longer is; false if there was none or its handler runs
     */
    boolean cancel(int vcpu, int event);

    /**
     * Sets who is told what becomes of an event (SDEI-200). The last listener of an event stays.
     *
     * @param event number of a private event
     * @param listener the listener
     */
    void listen(int event, SdeiEventListener listener);
}
