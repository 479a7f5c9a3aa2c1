/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import jakarta.inject.Inject;

/** A call that is not offered: SDEI_INTERRUPT_BIND and SDEI_INTERRUPT_RELEASE, since there are no bind slots. */
final class AbsentCall implements SdeiCall {
    private static final CallOutcome NOT_SUPPORTED = CallOutcome.of(Sdei.NOT_SUPPORTED);

    @Inject
    AbsentCall() {}

    @Override
    public CallOutcome execute(PeState caller) {
        return NOT_SUPPORTED;
    }
}
