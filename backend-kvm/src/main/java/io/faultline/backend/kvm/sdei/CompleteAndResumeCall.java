/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import jakarta.inject.Inject;

/** SDEI_EVENT_COMPLETE_AND_RESUME. The context is judged before the address, which is meaningless without one. */
final class CompleteAndResumeCall implements SdeiCall {
    private final Completion completion;
    private final HandlerEnd handlerEnd;
    private final AddressCheck addresses;
    private final CallOutcome badAddress;

    @Inject
    CompleteAndResumeCall(Completion completion, HandlerEnd handlerEnd, AddressCheck addresses, SdeiPolicy policy) {
        this.completion = completion;
        this.handlerEnd = handlerEnd;
        this.addresses = addresses;
        this.badAddress = CallOutcome.of(
                policy.resumeAddress() == SdeiPolicy.ResumeAddress.DENIED ? Sdei.DENIED : Sdei.INVALID_PARAMETERS);
    }

    @Override
    public CallOutcome execute(PeState caller) {
        if (caller.depth() == 0) {
            return CallOutcome.of(Sdei.DENIED);
        }
        long address = caller.cpu().x(1);
        if (!addresses.isResumeAddress(address)) {
            return badAddress;
        }
        completion.resume(caller, address);
        handlerEnd.ended(caller, true, false);
        return CallOutcome.NO_RETURN;
    }
}
