/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import jakarta.inject.Inject;
import java.util.OptionalInt;

/** SDEI_EVENT_SIGNAL. */
final class SignalCall extends EventCall {
    private static final int READY = Sdei.REGISTERED | Sdei.ENABLED;

    private final TriggerLatch latch;
    private final Reevaluation reevaluation;
    private final boolean refusesIfNotReady;

    @Inject
    SignalCall(TriggerLatch latch, Reevaluation reevaluation, SdeiPolicy policy) {
        this.latch = latch;
        this.reevaluation = reevaluation;
        this.refusesIfNotReady = policy.notReady() == SdeiPolicy.NotReady.REFUSE;
    }

    @Override
    long execute(PeState caller, EventInstance event) {
        SdeiState machine = caller.machine();
        OptionalInt index = machine.client().find(caller.cpu().x(2));
        if (!event.definition().isSignalable() || index.isEmpty()) {
            return Sdei.INVALID_PARAMETERS;
        }
        PeState target = machine.processor(index.getAsInt());
        EventInstance signalled =
                machine.find(target, Sdei.EVENT_SOFTWARE_SIGNALLED).orElseThrow();
        if (refusesIfNotReady && (target.isMasked() || !signalled.is(READY))) {
            return Sdei.INVALID_PARAMETERS;
        }
        if (latch.trigger(signalled) == TriggerLatch.Latched.DROPPED) {
            return Sdei.INVALID_PARAMETERS;
        }
        reevaluation.at(Reevaluation.Point.TRIGGER, target);
        return Sdei.SUCCESS;
    }
}
