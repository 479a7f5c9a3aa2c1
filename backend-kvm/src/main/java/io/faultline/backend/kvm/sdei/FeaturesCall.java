/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;

/** SDEI_FEATURES. There are no bind slots and no relative mode, so what is known is 0. */
final class FeaturesCall implements SdeiCall {
    private static final CallOutcome UNKNOWN = CallOutcome.of(Sdei.INVALID_PARAMETERS);
    private static final int SHARED_SLOTS = 16;

    private final CallOutcome slots;
    private final CallOutcome relativeMode;

    @Inject
    FeaturesCall(SdeiPolicy policy) {
        slots = CallOutcome.of((long) policy.sharedSlots() << SHARED_SLOTS | policy.privateSlots());
        relativeMode = policy.minorVersion() == 0 ? UNKNOWN : CallOutcome.of(policy.hasRelativeMode() ? 1 : 0);
    }

    @Override
    public CallOutcome execute(PeState caller) {
        return switch ((int) caller.cpu().x(1)) {
            case Sdei.FEATURE_BIND_SLOTS -> slots;
            case Sdei.FEATURE_RELATIVE_MODE -> relativeMode;
            default -> UNKNOWN;
        };
    }
}
