/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import jakarta.inject.Inject;

/** SDEI_EVENT_UNREGISTER. */
final class UnregisterCall extends EventCall {
    private final HandlerTransitions transitions;
    private final Registration registration;

    @Inject
    UnregisterCall(HandlerTransitions transitions, Registration registration) {
        this.transitions = transitions;
        this.registration = registration;
    }

    @Override
    long execute(PeState caller, EventInstance event) {
        Transition transition = transitions.of(HandlerOperation.UNREGISTER, event.state());
        boolean wasRegistered = event.is(Sdei.REGISTERED);
        event.state(transition.next());
        if (wasRegistered) {
            registration.forget(event);
        }
        return transition.result();
    }
}
