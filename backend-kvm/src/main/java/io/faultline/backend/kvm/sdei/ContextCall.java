/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import io.faultline.backend.kvm.sdei.policy.CallChoice;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;

/** SDEI_EVENT_CONTEXT. */
final class ContextCall implements SdeiCall {
    private static final CallOutcome BAD_REGISTER = CallOutcome.of(Sdei.INVALID_PARAMETERS);
    private static final CallOutcome NO_HANDLER = CallOutcome.of(Sdei.DENIED);

    private final boolean registerFirst;

    @Inject
    ContextCall(SdeiPolicy policy) {
        registerFirst = policy.is(CallChoice.ContextOrder.REGISTER_FIRST);
    }

    @Override
    public CallOutcome execute(PeState caller) {
        int n = (int) caller.cpu().x(1);
        boolean badRegister = n < 0 || n >= Sdei.SAVED_REGISTERS;
        boolean noHandler = caller.depth() == 0;
        if (badRegister && (registerFirst || !noHandler)) {
            return BAD_REGISTER;
        }
        return noHandler ? NO_HANDLER : CallOutcome.of(caller.innermost().x(n));
    }
}
