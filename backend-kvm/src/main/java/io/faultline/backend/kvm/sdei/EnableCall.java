/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import jakarta.inject.Inject;

/** SDEI_EVENT_ENABLE. */
final class EnableCall extends EventCall {
    private final HandlerTransitions transitions;
    private final Reevaluation reevaluation;

    @Inject
    EnableCall(HandlerTransitions transitions, Reevaluation reevaluation) {
        this.transitions = transitions;
        this.reevaluation = reevaluation;
    }

    @Override
    long execute(PeState caller, EventInstance event) {
        Transition transition = transitions.of(HandlerOperation.ENABLE, event.state());
        event.state(transition.next());
        if (transition.result() == Sdei.SUCCESS) {
            reevaluation.at(Reevaluation.Point.ENABLE, caller);
        }
        return transition.result();
    }
}
