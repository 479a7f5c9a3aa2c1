/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import io.faultline.backend.kvm.sdei.policy.CallChoice;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;

/** SDEI_EVENT_STATUS. */
final class StatusCall extends EventCall {
    private final boolean stillRegistered;

    @Inject
    StatusCall(SdeiPolicy policy) {
        stillRegistered = policy.is(CallChoice.PendingStatus.REGISTERED);
    }

    @Override
    long execute(PeState caller, EventInstance event) {
        return event.state() == Sdei.RUNNING && stillRegistered ? Sdei.RUNNING | Sdei.REGISTERED : event.state();
    }
}
