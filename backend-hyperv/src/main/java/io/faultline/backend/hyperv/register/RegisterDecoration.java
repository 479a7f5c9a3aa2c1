/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.register;

/**
 * The place where registers can be replaced or wrapped: it sees every group once, when a machine is made.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface RegisterDecoration {
    /** Leaves every group as it is. */
    RegisterDecoration NONE = group -> group;

    /**
     * Returns the group to use.
     *
     * @param group the group as it is
     * @return the same, or another one with the same ranges in its place
     */
    RegisterGroup decorate(RegisterGroup group);
}
