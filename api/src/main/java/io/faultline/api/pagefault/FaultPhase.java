/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.pagefault;

/**
 * Where a fault is in its life.
 *
 * @since 0.1
 */
public enum FaultPhase {
    /** Announced to the guest; the page is on its way. */
    ANNOUNCED,
    /** Not announced; the page is on its way and the vCPU waits for it. */
    HIDDEN,
    /** The page has arrived; the guest will be shown the ready notification when there is room. */
    READY_QUEUED,
    /** The ready notification is shown and not yet acknowledged. */
    READY_SHOWN
}
