/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

/**
 * Which PE takes a shared event.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface RoutingRules {
    /**
     * Returns the PE that takes a latched shared event now. A pure function of the state, so that exactly one PE takes
     * each trigger (SDEI-074).
     *
     * @param machine the state of the dispatcher
     * @param event a shared event
     * @return index of the PE, {@link EventInstance#NOBODY} if none can
     */
    int taker(SdeiState machine, EventInstance event);
}
