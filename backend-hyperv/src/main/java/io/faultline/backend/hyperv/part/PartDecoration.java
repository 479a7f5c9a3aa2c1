/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.part;

/**
 * The place where one part of a machine can be replaced or wrapped: it sees every part once, when a machine is made.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface PartDecoration {
    /** Leaves every part as it is. */
    PartDecoration NONE = part -> part;

    /**
     * Returns the part to use.
     *
     * @param part the part as it is
     * @return the same, or another one with the same name in its place
     */
    PartitionPart decorate(PartitionPart part);
}
