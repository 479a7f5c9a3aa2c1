/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.engine;

import java.time.LocalDate;
import java.util.Objects;

/**
 * Says that a backend is known to fail a rule, for a while.
 *
 * @param rule id of the rule
 * @param backend id of the backend
 * @param expires last day on which the waiver counts
 * @param issue where the defect is tracked
 * @since 0.1
 */
public record Waiver(String rule, String backend, LocalDate expires, String issue) {
    /** Checks for null. */
    public Waiver {
        Objects.requireNonNull(rule, "rule");
        Objects.requireNonNull(backend, "backend");
        Objects.requireNonNull(expires, "expires");
        Objects.requireNonNull(issue, "issue");
    }
}
