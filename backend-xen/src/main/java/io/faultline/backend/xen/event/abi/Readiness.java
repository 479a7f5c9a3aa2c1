/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event.abi;

/**
 * What would come of an event on a port now.
 *
 * @since 0.1
 */
public enum Readiness {
    /** The vCPU would be told: its {@code evtchn_upcall_pending} would become 1. */
    SIGNALS,
    /** The guest has masked the port. */
    MASKED,
    /** The guest has not consumed an earlier event, or has been told of one and not looked yet. */
    BUSY,
    /** The event has nowhere to go: no event word, no control block, or no port. */
    NOWHERE
}
