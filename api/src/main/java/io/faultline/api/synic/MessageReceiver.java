/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.synic;

/**
 * A receiver of the VMM for messages that a guest posts. Called by the thread that drives the machine, in the middle of the
 * hypercall: it may post and signal, make and close ports, and must not run, reset, save or close a machine.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface MessageReceiver {
    /**
     * Takes a message.
     *
     * @param type message type, 1 to 0x7FFFFFFF
     * @param payload 0 to {@link SyntheticInterrupts#PAYLOAD_BYTES} bytes that a guest wrote; the receiver's own
     * @return what the guest gets as the result of its call
     */
    SynicStatus received(int type, byte[] payload);
}
