/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

import io.faultline.backend.hyperv.synic.MessageBuffer;

/**
 * How a guest learns that a synthetic timer has expired.
 *
 * @since 0.1
 */
public interface TimerSignals {
    /**
     * Raises the interrupt of a timer in direct mode; there is no message (HV-141).
     *
     * @param vcpu index of the vCPU
     * @param intid 16 to 31
     */
    void interrupt(int vcpu, int intid);

    /**
     * Sends the message of a timer.
     *
     * @param vcpu index of the vCPU
     * @param source synthetic interrupt source, 1 to 15
     * @param buffer the buffer of the timer, not queued
     * @param timer 0 to 3
     * @param due when it was due, in ticks
     */
    void message(int vcpu, int source, MessageBuffer buffer, int timer, long due);

    /**
     * Completes a message that is about to be written into its slot.
     *
     * @param buffer the buffer of the timer
     */
    void placing(MessageBuffer buffer);
}
