/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.ring;

/**
 * The host's end of the event channel that belongs to a ring.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface RingSignal {
    /** Makes the guest's port pending. Called once for all changes that one occasion makes to a ring. */
    void raise();
}
