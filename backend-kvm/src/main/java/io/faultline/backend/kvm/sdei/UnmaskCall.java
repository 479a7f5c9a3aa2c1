/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import jakarta.inject.Inject;

/** SDEI_PE_UNMASK. */
final class UnmaskCall implements SdeiCall {
    private static final CallOutcome DONE = CallOutcome.of(Sdei.SUCCESS);

    private final PeMask mask;
    private final Reevaluation reevaluation;

    @Inject
    UnmaskCall(PeMask mask, Reevaluation reevaluation) {
        this.mask = mask;
        this.reevaluation = reevaluation;
    }

    @Override
    public CallOutcome execute(PeState caller) {
        mask.unmask(caller);
        reevaluation.at(Reevaluation.Point.UNMASK, caller);
        return DONE;
    }
}
