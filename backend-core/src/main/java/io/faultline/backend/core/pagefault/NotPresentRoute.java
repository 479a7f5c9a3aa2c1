/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.pagefault.Veto;
import java.util.Optional;

/**
 * How a guest is told that a page is not present.
 *
 * <p>Called by the thread that runs the machine with the vCPU stopped. Nothing a guest does may make a method throw.
 *
 * @since 0.1
 */
public interface NotPresentRoute {
    /**
     * Says what keeps the notification of a fault from being taken. Asked after every other rule of the backend and of the
     * engine has passed. Changes nothing.
     *
     * @param fault the fault
     * @return the veto; empty if {@link #deliver} will succeed as far as can be known
     */
    Optional<Veto> obstacle(FaultContext fault);

    /**
     * Tells whether the guest has consumed the notification before.
     *
     * @param vcpu index of the vCPU
     * @return true if the slot is free
     */
    boolean isSlotFree(int vcpu);

    /**
     * Delivers the notification. Everything that the guest will look at is written before the notification can be taken
     * (APF-031).
     *
     * @param fault the fault
     * @param token its token
     * @return false if it could not be delivered; then nothing the guest can see has changed
     */
    boolean deliver(FaultContext fault, long token);

    /**
     * Withdraws a notification that was delivered and not yet taken, as if it had never been.
     *
     * @param vcpu index of the vCPU
     * @param token token of the fault
     * @return true if it is gone; false if the guest has taken it, or it was never delivered
     */
    boolean withdraw(int vcpu, long token);
}
