/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.spi;

import java.util.Objects;

/**
 * A provider that was found and cannot be used.
 *
 * @param provider class name or service entry of the provider, as far as it is known
 * @param origin jar or directory it comes from, or {@code unknown}
 * @param problem what is wrong and what to do, one sentence
 * @since 0.1
 */
public record ProviderProblem(String provider, String origin, String problem) {
    /** Checks for null. */
    public ProviderProblem {
        Objects.requireNonNull(provider, "provider");
        Objects.requireNonNull(origin, "origin");
        Objects.requireNonNull(problem, "problem");
    }
}
