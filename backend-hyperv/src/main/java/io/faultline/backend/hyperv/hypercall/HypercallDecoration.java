/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.hypercall;

/**
 * The place where one hypercall can be replaced or wrapped: it sees every call once, when a machine is made.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface HypercallDecoration {
    /** Leaves every call as it is. */
    HypercallDecoration NONE = call -> call;

    /**
     * Returns the call to use.
     *
     * @param call the call as it is
     * @return the same, or another one of the same code in its place
     */
    Hypercall decorate(Hypercall call);
}
