/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

/**
 * How a port goes out of use.
 *
 * @since 0.1
 */
public interface PortClosing {
    /**
     * Closes a port, and makes the other end wait for this domain again.
     *
     * @param port a port that is in use
     */
    void close(int port);
}
