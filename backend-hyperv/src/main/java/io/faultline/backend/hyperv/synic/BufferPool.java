/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

import org.jspecify.annotations.Nullable;

/**
 * Gives buffers to queues that are restored.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface BufferPool {
    /**
     * Takes a free buffer.
     *
     * @param vcpu index of the vCPU in whose queue the message waits
     * @param key what {@link MessageBuffer#key()} of the saved buffer was, any value in a forged state
     * @return the buffer; null if there is none
     */
    @Nullable
    MessageBuffer take(int vcpu, int key);

    /**
     * Takes a free buffer for the queue of a source. Owners whose messages can wait for one source only check it.
     *
     * @param vcpu index of the vCPU in whose queue the message waits
     * @param source synthetic interrupt source of the queue, 0 to 15
     * @param key what {@link MessageBuffer#key()} of the saved buffer was, any value in a forged state
     * @return the buffer; null if there is none
     */
    default @Nullable MessageBuffer take(int vcpu, int source, int key) {
        return take(vcpu, key);
    }
}
