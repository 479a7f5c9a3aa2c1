/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;

/** SDEI_EVENT_DISABLE. A latched trigger stays (SDEI-054). */
final class DisableCall extends EventCall {
    private final HandlerTransitions transitions;
    private final long unregistered;

    @Inject
    DisableCall(HandlerTransitions transitions, SdeiPolicy policy) {
        this.transitions = transitions;
        this.unregistered = EnableCall.unregistered(policy);
    }

    @Override
    long execute(PeState caller, EventInstance event) {
        Transition transition = transitions.of(HandlerOperation.DISABLE, event.state());
        event.state(transition.next());
        return transition.result() == Sdei.SUCCESS ? Sdei.SUCCESS : unregistered;
    }
}
