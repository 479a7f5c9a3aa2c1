/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import jakarta.inject.Inject;

/** SDEI_INTERRUPT_RELEASE (SDEI-094 to 098). */
final class ReleaseCall extends EventCall {
    @Inject
    ReleaseCall() {}

    @Override
    long execute(PeState caller, EventInstance event) {
        if (!event.definition().isDynamic() || !event.binding().isBound()) {
            return Sdei.INVALID_PARAMETERS;
        }
        if (Slots.isInUse(caller.machine(), event.definition())) {
            return Sdei.DENIED;
        }
        event.binding().release();
        return Sdei.SUCCESS;
    }
}
