/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.capability;

import java.util.Objects;

/**
 * A typed key for something that a backend can do.
 *
 * @param <V> type of the value that describes how much of it
 * @param id stable id: lower-case letters, digits, {@code -} and {@code .}
 * @param valueType class of the value
 * @param meaning one sentence for people
 * @since 0.1
 */
public record Capability<V>(String id, Class<V> valueType, String meaning) {
    /**
     * Checks the id.
     *
     * @throws IllegalArgumentException if the id is empty or has other characters
     */
    public Capability {
        if (!Objects.requireNonNull(id, "id").matches("[a-z0-9.-]+")) {
            throw new IllegalArgumentException(
                    "capability id '" + id + "' must consist of lower-case letters, digits, '-' and '.'");
        }
        Objects.requireNonNull(valueType, "valueType");
        Objects.requireNonNull(meaning, "meaning");
    }
}
