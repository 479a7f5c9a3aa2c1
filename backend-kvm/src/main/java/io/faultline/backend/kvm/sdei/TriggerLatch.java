/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

/**
 * The latch of an event: what becomes of a trigger before dispatch is even considered.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface TriggerLatch {
    /** What became of a trigger. */
    enum Latched {
        /** Nobody is registered, or only until the handler ends: the trigger is gone (SDEI-046). */
        DROPPED,
        /** It is latched now. */
        LATCHED,
        /** One was latched already; both are one from now on (SDEI-107). */
        MERGED
    }

    /**
     * Takes a trigger.
     *
     * @param event the instance that it is for
     * @return what became of it
     */
    Latched trigger(EventInstance event);
}
