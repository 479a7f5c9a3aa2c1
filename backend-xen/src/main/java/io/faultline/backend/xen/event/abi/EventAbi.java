/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event.abi;

/**
 * What an ABI does with a port. The port is a valid one; of the steps each is one atomic operation to the guest.
 *
 * <p>Used by the thread that drives the machine; nothing here allocates.
 *
 * @since 0.1
 */
public interface EventAbi {
    /**
     * Returns how many ports the ABI has.
     *
     * @return one more than the highest number of a port
     */
    int capacity();

    /**
     * An event comes.
     *
     * @param port the port
     * @param vcpu vCPU that is told
     */
    void setPending(int port, int vcpu);

    /**
     * The guest wants to hear of a port again: what came in between is delivered to a vCPU.
     *
     * @param port the port
     * @param vcpu vCPU that is told
     */
    void unmask(int port, int vcpu);

    /**
     * The port is closed: no event of it is left.
     *
     * @param port the port
     */
    void clearPending(int port);

    /**
     * Tells whether an event is there, masked or not.
     *
     * @param port the port
     * @return true if the guest has not consumed it
     */
    boolean isPending(int port);

    /**
     * Tells what would come of an event. Changes nothing.
     *
     * @param port the port
     * @param vcpu vCPU that would be told
     * @return {@link Readiness#SIGNALS} if {@link #setPending} would set the upcall of the vCPU, which is clear
     */
    Readiness readiness(int port, int vcpu);

    /**
     * Tells whether the number of a free port cannot be given away yet.
     *
     * @param port a port
     * @return true if the guest still has it in a queue
     */
    boolean isBusy(int port);

    /**
     * A pending port was bound to another vCPU: tells that one, as some emulators do (XEN-067).
     *
     * @param port the port
     * @param vcpu vCPU that is told
     */
    void redeliver(int port, int vcpu);
}
