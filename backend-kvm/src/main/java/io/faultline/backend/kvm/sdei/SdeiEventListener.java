/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

/**
 * Told what becomes of the events that a part of the hypervisor injected (SDEI-200).
 *
 * <p>Every event that {@link SdeiInjector#injectNow} delivered ends in exactly one call of this interface, unless it is
 * cancelled or its vCPU is reset or turned off.
 *
 * @since 0.1
 */
public interface SdeiEventListener {
    /**
     * The guest has ended the handler; the vCPU has not executed another instruction yet. Called inside the trap, after
     * the registers of the interrupted context (or of the resume address) are in place.
     *
     * @param vcpu index of the vCPU
     * @param event number of the event
     * @param resumed true for COMPLETE_AND_RESUME, false for COMPLETE
     * @param failed whether COMPLETE had the status EV_FAILED; false for COMPLETE_AND_RESUME
     */
    void completed(int vcpu, int event, boolean resumed, boolean failed);

    /**
     * The event was latched and is dropped without its handler having run, since the guest unregistered it or reset the
     * private events of the PE.
     *
     * @param vcpu index of the vCPU
     * @param event number of the event
     */
    void dropped(int vcpu, int event);
}
