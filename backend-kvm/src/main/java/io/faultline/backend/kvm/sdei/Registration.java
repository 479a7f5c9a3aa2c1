/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

/**
 * What comes and goes with the registration of a handler, beside the state bits.
 *
 * @since 0.1
 */
public interface Registration {
    /**
     * A handler is registered: earlier triggers are forgotten (SDEI-046), the handler and routing are kept.
     *
     * @param event the instance
     * @param entry entry point
     * @param argument X1 at handler entry
     * @param target index of the PE for RM_PE, {@link EventInstance#NOBODY} for RM_ANY and for private events
     */
    void register(EventInstance event, long entry, long argument, int target);

    /**
     * The guest has unregistered a handler: it is forgotten, with a latched trigger if there is one (SDEI-062).
     *
     * @param event the instance, already in its new state
     */
    void forget(EventInstance event);
}
