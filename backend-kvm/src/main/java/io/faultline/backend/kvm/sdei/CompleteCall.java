/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import jakarta.inject.Inject;

/** SDEI_EVENT_COMPLETE. */
final class CompleteCall implements SdeiCall {
    private final Completion completion;
    private final HandlerEnd handlerEnd;
    private final boolean checksStatus;

    @Inject
    CompleteCall(Completion completion, HandlerEnd handlerEnd, SdeiPolicy policy) {
        this.completion = completion;
        this.handlerEnd = handlerEnd;
        this.checksStatus = policy.statusCheck() == SdeiPolicy.StatusCheck.REFUSE;
    }

    @Override
    public CallOutcome execute(PeState caller) {
        if (caller.depth() == 0) {
            return CallOutcome.of(Sdei.DENIED);
        }
        long status = caller.cpu().x(1);
        if (checksStatus && status != Sdei.HANDLED && status != Sdei.FAILED) {
            return CallOutcome.of(Sdei.INVALID_PARAMETERS);
        }
        completion.complete(caller);
        handlerEnd.ended(caller, false, status != Sdei.HANDLED);
        return CallOutcome.NO_RETURN;
    }
}
