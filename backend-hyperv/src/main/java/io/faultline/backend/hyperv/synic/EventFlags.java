/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

/**
 * The event flags of a machine (hyperv.md 3.7).
 *
 * @since 0.1
 */
public interface EventFlags {
    /**
     * Sets a flag.
     *
     * @param vcpu index of the vCPU
     * @param source synthetic interrupt source, 0 to 15
     * @param flag 0 to 2047
     * @return SUCCESS, whether it was set before or not; INVALID_SYNIC_STATE if the controller or the page is off or the source
     *     is masked: nothing has changed then
     */
    int signal(int vcpu, int source, int flag);

    /**
     * Tells whether flags can be set for a vCPU.
     *
     * @param vcpu index of the vCPU
     * @return true if its controller and its page of flags are on
     */
    boolean isReceiving(int vcpu);

    /**
     * Tells whether a signal would be accepted.
     *
     * @param vcpu index of the vCPU
     * @param source synthetic interrupt source, 0 to 15
     * @return false if it would be refused with status 0x18
     */
    boolean canSignal(int vcpu, int source);

    /**
     * Tells whether a flag is set.
     *
     * @param vcpu index of the vCPU
     * @param source synthetic interrupt source, 0 to 15
     * @param flag 0 to 2047
     * @return true if the guest has not cleared it
     */
    boolean isSet(int vcpu, int source, int flag);
}
