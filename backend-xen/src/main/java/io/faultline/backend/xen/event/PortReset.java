/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.backend.xen.hypercall.Caller;

/**
 * How all ports of a guest are closed at its wish (xen.md 4.2, reset).
 *
 * @since 0.1
 */
public interface PortReset {
    /**
     * Begins, or goes on.
     *
     * @param caller who wants it; if there is more to do its call is {@linkplain Caller#continueLater continued}
     * @param resumed whether the command is the one that goes on
     * @return 0; -EBUSY if that is not the command for the present state, -EAGAIN if there are open ports at the end
     */
    long run(Caller caller, boolean resumed);
}
