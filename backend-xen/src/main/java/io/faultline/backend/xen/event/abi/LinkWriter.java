/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event.abi;

/**
 * Appends a port to a queue that is not empty (xen.md 4.5.1).
 *
 * @since 0.1
 */
public interface LinkWriter {
    /**
     * Writes the link of the last port of a queue, as long as that one is still in the queue.
     *
     * @param tail the last port, which has an event word
     * @param port the port that comes after it
     * @return false if the guest has taken the last port out of the queue, which is therefore empty
     */
    boolean append(int tail, int port);
}
