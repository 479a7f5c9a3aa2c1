/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import org.jspecify.annotations.Nullable;

/**
 * The machines of the backend, by number of their domain. {@link io.faultline.backend.xen.domain.DomainId#CONTROL Domain 0}
 * is not among them: it is known to exist.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface PeerDomains {
    /**
     * Finds a machine.
     *
     * @param domain any number of 16 bits
     * @return its event channels; null if there is no such machine, or it is being closed
     */
    @Nullable
    EventChannels find(int domain);
}
