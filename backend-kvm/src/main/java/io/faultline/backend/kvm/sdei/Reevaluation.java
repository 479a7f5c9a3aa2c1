/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

/**
 * Makes PEs look for events whenever something has changed that can make one eligible (SDEI-121).
 *
 * @since 0.1
 */
@FunctionalInterface
public interface Reevaluation {
    /** What has changed. */
    enum Point {
        /** A trigger was latched. */
        TRIGGER,
        /** EVENT_ENABLE. */
        ENABLE,
        /** PE_UNMASK. */
        UNMASK,
        /** PE_MASK: a shared event can go to another PE. */
        MASK,
        /** EVENT_ROUTING_SET. */
        ROUTING,
        /** A handler was entered: a shared event can go to another PE. */
        DISPATCH,
        /** EVENT_COMPLETE. */
        COMPLETE,
        /** EVENT_COMPLETE_AND_RESUME. */
        RESUME,
        /** A PE was turned on, turned off or reset. */
        POWER,
        /** A saved state was restored. */
        RESTORE
    }

    /**
     * Considers what can be dispatched now.
     *
     * @param point what has changed
     * @param pe where it has changed; for a trigger of a shared event, any PE
     */
    void at(Point point, PeState pe);
}
