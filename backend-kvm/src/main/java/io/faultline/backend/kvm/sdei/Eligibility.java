/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

/**
 * Whether an event may be dispatched on a PE, routing apart (sdei.md, 3.1).
 *
 * @since 0.1
 */
@FunctionalInterface
public interface Eligibility {
    /**
     * Judges an event on a PE. Changes nothing.
     *
     * @param pe the PE
     * @param event a private event of this PE, or a shared event
     * @return true if its handler could be entered before the next instruction
     */
    boolean isEligible(PeState pe, EventInstance event);
}
