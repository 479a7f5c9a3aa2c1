/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import java.util.Objects;

/**
 * Who writes saved state.
 *
 * @param backend id of the backend
 * @param stateVersion version of its saved state, at least 1
 * @since 0.1
 */
public record BackendIdentity(String backend, int stateVersion) {
    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException if the version is less than 1
     */
    public BackendIdentity {
        Objects.requireNonNull(backend, "backend");
        if (stateVersion < 1) {
            throw new IllegalArgumentException("state version " + stateVersion + " is less than 1");
        }
    }
}
