/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.backend.kvm.sdei.policy.CallChoice;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;

/** SDEI_PE_MASK. */
final class MaskCall implements SdeiCall {
    private static final CallOutcome CHANGED = CallOutcome.of(1);
    private static final CallOutcome UNCHANGED = CallOutcome.of(0);

    private final PeMask mask;
    private final Reevaluation reevaluation;
    private final boolean tellsChange;

    @Inject
    MaskCall(PeMask mask, Reevaluation reevaluation, SdeiPolicy policy) {
        this.mask = mask;
        this.reevaluation = reevaluation;
        this.tellsChange = policy.is(CallChoice.MaskResult.CHANGE);
    }

    @Override
    public CallOutcome execute(PeState caller) {
        boolean changed = mask.mask(caller);
        reevaluation.at(Reevaluation.Point.MASK, caller);
        return changed && tellsChange ? CHANGED : UNCHANGED;
    }
}
