/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import io.faultline.api.spi.HypervisorBackend;
import java.util.Collections;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * A backend with one seeded bug, and what the suite has to say of it.
 *
 * @param id stable name: lower-case words joined by {@code -}
 * @param description the bug, and why it matters
 * @param rule id of the rule that has to fail
 * @param words what the explanation of the failure has to contain
 * @param collateral ids of rules that may fail too
 * @param opener opens the backend with the bug
 * @since 0.1
 */
public record Mutant(
        String id,
        String description,
        String rule,
        String words,
        Set<String> collateral,
        Supplier<? extends HypervisorBackend> opener) {
    /**
     * Copies the set.
     *
     * @throws IllegalArgumentException if the id is malformed or there are no words
     */
    public Mutant {
        if (!Objects.requireNonNull(id, "id").matches("[a-z0-9]+(-[a-z0-9]+)*")) {
            throw new IllegalArgumentException("mutant id '" + id + "' must be lower-case words joined by '-'");
        }
        Objects.requireNonNull(description, "description");
        Objects.requireNonNull(rule, "rule");
        if (Objects.requireNonNull(words, "words").isBlank()) {
            throw new IllegalArgumentException("mutant " + id + " does not say what the failure has to tell");
        }
        collateral = Collections.unmodifiableSet(new TreeSet<>(collateral));
        Objects.requireNonNull(opener, "opener");
    }
}
