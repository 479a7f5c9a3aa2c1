/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.hypercall;

/** One hypercall of the table, or one command of a hypercall that has commands. */
@FunctionalInterface
public interface Hypercall {
    /**
     * Carries the call out, or a part of it.
     *
     * @param caller who calls, with which arguments
     * @return what the guest finds in X0; a negated number of {@link XenError} if the call failed; anything if the call
     *     is to be {@link Caller#continueLater() continued}
     */
    long call(Caller caller);
}
