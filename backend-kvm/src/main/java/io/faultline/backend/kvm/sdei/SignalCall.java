/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import io.faultline.backend.kvm.sdei.policy.CallChoice;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;
import java.util.OptionalInt;

/** SDEI_EVENT_SIGNAL. */
final class SignalCall extends EventCall {
    private static final int READY = Sdei.REGISTERED | Sdei.ENABLED;

    private final TriggerLatch latch;
    private final Reevaluation reevaluation;
    private final TriggerLoss loss;
    private final boolean refusesIfNotReady;
    private final long unregistered;
    private final boolean signalsCaller;

    @Inject
    SignalCall(TriggerLatch latch, Reevaluation reevaluation, TriggerLoss loss, SdeiPolicy policy) {
        this.latch = latch;
        this.reevaluation = reevaluation;
        this.loss = loss;
        this.refusesIfNotReady = policy.is(CallChoice.SignalNotReady.REFUSE);
        this.unregistered = policy.is(CallChoice.SignalNotReady.ACCEPT) ? Sdei.SUCCESS : Sdei.INVALID_PARAMETERS;
        this.signalsCaller = policy.is(CallChoice.SignalTarget.CALLER);
    }

    @Override
    long execute(PeState caller, EventInstance event) {
        SdeiState machine = caller.machine();
        OptionalInt index = signalsCaller
                ? OptionalInt.of(caller.index())
                : machine.client().find(caller.cpu().x(2));
        if (!event.definition().isSignalable() || index.isEmpty()) {
            return Sdei.INVALID_PARAMETERS;
        }
        PeState target = machine.processor(index.getAsInt());
        EventInstance signalled =
                machine.find(target, Sdei.EVENT_SOFTWARE_SIGNALLED).orElseThrow();
        if (refusesIfNotReady && (target.isMasked() || !signalled.is(READY))) {
            return Sdei.INVALID_PARAMETERS;
        }
        if (loss.isLost(machine, signalled)) {
            return Sdei.SUCCESS;
        }
        if (latch.trigger(signalled) == TriggerLatch.Latched.DROPPED) {
            return unregistered;
        }
        reevaluation.at(Reevaluation.Point.TRIGGER, target);
        return Sdei.SUCCESS;
    }
}
