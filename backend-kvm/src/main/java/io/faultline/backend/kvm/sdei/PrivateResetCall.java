/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import jakarta.inject.Inject;

/** SDEI_PRIVATE_RESET. Reaches the private events of the caller; the mask stays (SDEI-173). */
final class PrivateResetCall implements SdeiCall {
    private final ResetRules rules;

    @Inject
    PrivateResetCall(ResetRules rules) {
        this.rules = rules;
    }

    @Override
    public CallOutcome execute(PeState caller) {
        return rules.resetPrivate(caller);
    }
}
