/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import java.util.Optional;

/**
 * Which event a PE takes next.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface DispatchRules {
    /**
     * Selects the event whose handler is entered before the next instruction. Changes nothing.
     *
     * @param pe the PE
     * @return the event, or empty if there is nothing to take
     */
    Optional<EventInstance> next(PeState pe);
}
