/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.spi;

import java.util.List;
import java.util.Objects;

/**
 * A configuration key of a backend.
 *
 * @param key lower-case words joined by {@code .} and {@code -}
 * @param defaultValue value when nothing is configured
 * @param allowed the only allowed values; empty if the backend checks the value itself
 * @param meaning one sentence for people, with unit and range
 * @since 0.1
 */
public record Setting(String key, String defaultValue, List<String> allowed, String meaning) {
    /**
     * Checks the key and that the default is allowed.
     *
     * @throws IllegalArgumentException if the key is malformed or the default is not allowed
     */
    public Setting {
        if (!Objects.requireNonNull(key, "key").matches("[a-z0-9]+([.-][a-z0-9]+)*")) {
            throw new IllegalArgumentException("setting key '" + key + "' is malformed");
        }
        allowed = List.copyOf(allowed);
        if (!allowed.isEmpty() && !allowed.contains(defaultValue)) {
            throw new IllegalArgumentException(
                    "setting " + key + ": default '" + defaultValue + "' is not one of " + allowed);
        }
        Objects.requireNonNull(meaning, "meaning");
    }

    /**
     * Makes a setting with a fixed choice of values.
     *
     * @param key the key
     * @param meaning one sentence for people
     * @param allowed allowed values, the default first
     * @return the setting
     */
    public static Setting choice(String key, String meaning, String... allowed) {
        return new Setting(key, allowed[0], List.of(allowed), meaning);
    }

    /**
     * Makes a setting whose value the backend checks.
     *
     * @param key the key
     * @param defaultValue the default
     * @param meaning one sentence for people, with unit and range
     * @return the setting
     */
    public static Setting free(String key, String defaultValue, String meaning) {
        return new Setting(key, defaultValue, List.of(), meaning);
    }
}
