/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import io.faultline.backend.kvm.sdei.policy.CallChoice;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;

/** SDEI_EVENT_ENABLE. */
final class EnableCall extends EventCall {
    private final HandlerTransitions transitions;
    private final Reevaluation reevaluation;
    private final long unregistered;
    private final boolean deniedAgain;

    @Inject
    EnableCall(HandlerTransitions transitions, Reevaluation reevaluation, SdeiPolicy policy) {
        this.transitions = transitions;
        this.reevaluation = reevaluation;
        this.unregistered = unregistered(policy);
        this.deniedAgain = policy.is(CallChoice.EnableAgain.DENIED);
    }

    /** What enabling and disabling answer for an event that is not registered (SDEI-049). */
    static long unregistered(SdeiPolicy policy) {
        return policy.is(CallChoice.EnableUnregistered.INVALID) ? Sdei.INVALID_PARAMETERS : Sdei.DENIED;
    }

    @Override
    long execute(PeState caller, EventInstance event) {
        boolean wasEnabled = event.is(Sdei.ENABLED);
        Transition transition = transitions.of(HandlerOperation.ENABLE, event.state());
        event.state(transition.next());
        if (transition.result() == Sdei.SUCCESS) {
            reevaluation.at(Reevaluation.Point.ENABLE, caller);
            return wasEnabled && deniedAgain ? Sdei.DENIED : Sdei.SUCCESS;
        }
        return unregistered;
    }
}
