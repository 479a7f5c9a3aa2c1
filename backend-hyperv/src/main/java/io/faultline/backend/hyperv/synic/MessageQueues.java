/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

/**
 * The messages that wait for the slots of a machine (hyperv.md 3.5).
 *
 * @since 0.1
 */
public interface MessageQueues {
    /**
     * Puts a message at the end of a queue, and writes the head of the queue into the slot if it is free and the controller
     * and the page are on. It waits otherwise.
     *
     * @param vcpu index of the vCPU
     * @param source synthetic interrupt source, 0 to 15
     * @param buffer a buffer that is not queued; whether it is afterwards says whether it waits
     */
    void post(int vcpu, int source, MessageBuffer buffer);

    /**
     * Takes a message out of its queue; its owner is not told.
     *
     * @param buffer any buffer; nothing happens unless it is queued
     */
    void withdraw(MessageBuffer buffer);

    /**
     * Names where buffers of a kind come from when a queue is restored. To be called once for each kind, when the machine is
     * made.
     *
     * @param kind the kind
     * @param pool has restored its own state before the queues are
     */
    void pool(BufferKind kind, BufferPool pool);

    /**
     * Tells whether messages can be written for a vCPU.
     *
     * @param vcpu index of the vCPU
     * @return true if its controller and its page of messages are on
     */
    boolean isReceiving(int vcpu);
}
