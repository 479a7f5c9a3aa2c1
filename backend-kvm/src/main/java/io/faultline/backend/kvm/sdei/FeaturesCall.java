/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import jakarta.inject.Inject;

/** SDEI_FEATURES. There are no bind slots and no relative mode, so what is known is 0. */
final class FeaturesCall implements SdeiCall {
    private static final CallOutcome NONE = CallOutcome.of(0);
    private static final CallOutcome UNKNOWN = CallOutcome.of(Sdei.INVALID_PARAMETERS);

    private final int highest;

    @Inject
    FeaturesCall(SdeiPolicy policy) {
        highest = policy.minorVersion() == 0 ? Sdei.FEATURE_BIND_SLOTS : Sdei.FEATURE_RELATIVE_MODE;
    }

    @Override
    public CallOutcome execute(PeState caller) {
        int feature = (int) caller.cpu().x(1);
        return feature >= Sdei.FEATURE_BIND_SLOTS && feature <= highest ? NONE : UNKNOWN;
    }
}
