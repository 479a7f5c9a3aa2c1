/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

/**
 * The state machine of a handler instance.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface HandlerTransitions {
    /**
     * Answers an operation. Changes nothing.
     *
     * @param operation what is to be done
     * @param state one of the possible states 0, 1, 3, 4, 5 and 7
     * @return the result and the state after it
     */
    Transition of(HandlerOperation operation, int state);
}
