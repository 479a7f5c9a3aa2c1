/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

/**
 * Whoever has message buffers.
 *
 * @since 0.1
 */
public interface BufferOwner {
    /**
     * A message is about to be written into its slot: the last moment to put something into its payload.
     *
     * @param buffer one of the owner's buffers
     */
    default void placing(MessageBuffer buffer) {
        // messages are complete unless their owner says so
    }

    /**
     * A buffer is free again: its message was written into its slot.
     *
     * @param buffer one of the owner's buffers
     */
    void released(MessageBuffer buffer);
}
