/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

/**
 * One call of the interface. Arguments are in X1 and up of the caller; nothing but the effects of the call and its outcome
 * may change.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface SdeiCall {
    /**
     * Executes the call.
     *
     * @param caller the PE that calls, at EL1
     * @return what the caller sees
     */
    CallOutcome execute(PeState caller);
}
