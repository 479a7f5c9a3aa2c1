/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import io.faultline.backend.kvm.sdei.policy.CallChoice;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;

/** SDEI_EVENT_COMPLETE_AND_RESUME. The context is judged before the address, which is meaningless without one. */
final class CompleteAndResumeCall implements SdeiCall {
    private final Completion completion;
    private final HandlerEnd handlerEnd;
    private final AddressCheck addresses;
    private final CallOutcome badAddress;
    private final CallOutcome outside;
    private final boolean translates;

    @Inject
    CompleteAndResumeCall(Completion completion, HandlerEnd handlerEnd, AddressCheck addresses, SdeiPolicy policy) {
        this.completion = completion;
        this.handlerEnd = handlerEnd;
        this.addresses = addresses;
        this.badAddress =
                CallOutcome.of(policy.is(CallChoice.ResumeAddress.DENIED) ? Sdei.DENIED : Sdei.INVALID_PARAMETERS);
        this.outside = CompleteCall.outside(policy);
        this.translates = policy.is(CallChoice.AddressCheck.TRANSLATED);
    }

    @Override
    public CallOutcome execute(PeState caller) {
        if (caller.depth() == 0) {
            return outside;
        }
        long address = caller.cpu().x(1);
        if (!addresses.isResumeAddress(address) || translates && !caller.cpu().isMapped(address)) {
            return badAddress;
        }
        completion.resume(caller, address);
        handlerEnd.ended(caller, true, false);
        return CallOutcome.NO_RETURN;
    }
}
