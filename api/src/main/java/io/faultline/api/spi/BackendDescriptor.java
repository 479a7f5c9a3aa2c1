/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.spi;

import java.util.List;
import java.util.Objects;

/**
 * Who a backend is.
 *
 * @param id unique id: lower-case letters, digits and {@code -}, beginning with a letter
 * @param displayName name for people
 * @param vendor who makes it
 * @param version version of the implementation
 * @param settings configuration keys it knows
 * @since 0.1
 */
public record BackendDescriptor(String id, String displayName, String vendor, String version, List<Setting> settings) {
    /**
     * Checks the id and copies the list.
     *
     * @throws IllegalArgumentException if the id is malformed
     */
    public BackendDescriptor {
        if (!Objects.requireNonNull(id, "id").matches("[a-z][a-z0-9-]*")) {
            throw new IllegalArgumentException("backend id '" + id
                    + "' must consist of lower-case letters, digits and '-', and begin with a letter");
        }
        Objects.requireNonNull(displayName, "displayName");
        Objects.requireNonNull(vendor, "vendor");
        Objects.requireNonNull(version, "version");
        settings = List.copyOf(settings);
    }
}
