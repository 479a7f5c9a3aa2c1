/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import io.faultline.backend.kvm.sdei.policy.CallChoice;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;

/** SDEI_EVENT_COMPLETE. */
final class CompleteCall implements SdeiCall {
    private final Completion completion;
    private final HandlerEnd handlerEnd;
    private final boolean checksStatus;
    private final CallOutcome outside;

    @Inject
    CompleteCall(Completion completion, HandlerEnd handlerEnd, SdeiPolicy policy) {
        this.completion = completion;
        this.handlerEnd = handlerEnd;
        this.checksStatus = policy.is(CallChoice.StatusCheck.REFUSE);
        this.outside = outside(policy);
    }

    /** What a completion call answers where no handler runs (SDEI-150). */
    static CallOutcome outside(SdeiPolicy policy) {
        return policy.is(CallChoice.CompleteOutside.DENIED) ? CallOutcome.of(Sdei.DENIED) : CallOutcome.NO_RETURN;
    }

    @Override
    public CallOutcome execute(PeState caller) {
        if (caller.depth() == 0) {
            return outside;
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
