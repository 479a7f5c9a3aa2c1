/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import io.faultline.backend.kvm.sdei.policy.DispatchChoice;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;

/** Which triggers are lost although their event is registered: none, unless the policy says so (SDEI-127). */
final class TriggerLoss {
    private final boolean ifMasked;
    private final boolean ifOffline;

    @Inject
    TriggerLoss(SdeiPolicy policy) {
        ifMasked = policy.is(DispatchChoice.MaskedTrigger.LOST);
        ifOffline = policy.is(DispatchChoice.OfflineTarget.LOST);
    }

    boolean isLost(SdeiState machine, EventInstance event) {
        if (ifMasked && event.definition().number() == Sdei.EVENT_SOFTWARE_SIGNALLED) {
            return machine.processor(event.owner()).isMasked();
        }
        return ifOffline
                && event.target() != EventInstance.NOBODY
                && !machine.processor(event.target()).cpu().isOn();
    }
}
