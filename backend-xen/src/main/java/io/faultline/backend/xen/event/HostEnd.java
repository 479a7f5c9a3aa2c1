/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

/**
 * Somebody outside the guests who is told of events: the toolstack's end of a channel (console, xenstore, a device of the
 * VMM), or the hypervisor itself as the consumer of a port.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface HostEnd {
    /** The guest has sent an event. Called inside the guest's call, on the thread that drives the machine. */
    void notified();
}
