/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.pagefault.Veto;
import java.util.Optional;

/**
 * Whether an event can be raised so that it is taken at once (SDEI-197).
 *
 * @since 0.1
 */
@FunctionalInterface
public interface ImmediateRules {
    /**
     * Says what keeps an event from being taken at once. Changes nothing.
     *
     * @param pe the PE that would take it
     * @param event a private event of this PE, or a shared event
     * @return the first obstacle, or empty if there is none
     */
    Optional<Veto> obstacle(PeState pe, EventInstance event);
}
