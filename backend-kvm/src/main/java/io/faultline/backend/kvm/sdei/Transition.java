/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

/**
 * The answer of the state machine.
 *
 * @param result return code of the call; 0 where no call is involved
 * @param next state after the operation
 * @since 0.1
 */
public record Transition(long result, int next) {}
