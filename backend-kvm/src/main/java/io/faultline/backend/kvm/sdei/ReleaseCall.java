/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import io.faultline.backend.kvm.sdei.policy.OfferChoice;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;
import java.util.Optional;

/** SDEI_INTERRUPT_RELEASE (SDEI-094 to 098). */
final class ReleaseCall implements SdeiCall {
    private final boolean absent;

    @Inject
    ReleaseCall(SdeiPolicy policy) {
        absent = !policy.hasSlots() && policy.is(OfferChoice.NoSlots.NOT_SUPPORTED);
    }

    @Override
    public CallOutcome execute(PeState caller) {
        if (absent) {
            return CallOutcome.of(Sdei.NOT_SUPPORTED);
        }
        Optional<EventInstance> event =
                caller.machine().find(caller, (int) caller.cpu().x(1));
        return CallOutcome.of(event.isPresent() ? release(caller, event.get()) : Sdei.INVALID_PARAMETERS);
    }

    private static long release(PeState caller, EventInstance event) {
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
