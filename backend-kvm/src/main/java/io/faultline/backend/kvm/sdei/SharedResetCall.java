/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import jakarta.inject.Inject;

/** SDEI_SHARED_RESET. */
final class SharedResetCall implements SdeiCall {
    private final ResetRules rules;

    @Inject
    SharedResetCall(ResetRules rules) {
        this.rules = rules;
    }

    @Override
    public CallOutcome execute(PeState caller) {
        return rules.resetShared(caller.machine());
    }
}
