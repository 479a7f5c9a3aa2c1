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
}
