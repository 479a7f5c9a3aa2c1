/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.check;

import java.util.List;
import java.util.Objects;

/**
 * The checks of one section of a chapter.
 *
 * @param title name of the section
 * @param checks its checks in the order of their rules
 * @since 0.1
 */
public record CheckGroup(String title, List<Check> checks) {
    /** Copies the list. */
    public CheckGroup {
        Objects.requireNonNull(title, "title");
        checks = List.copyOf(checks);
    }

    /**
     * Makes a group.
     *
     * @param title name of the section
     * @param checks its checks
     * @return the group
     */
    public static CheckGroup of(String title, Check... checks) {
        return new CheckGroup(title, List.of(checks));
    }
}
