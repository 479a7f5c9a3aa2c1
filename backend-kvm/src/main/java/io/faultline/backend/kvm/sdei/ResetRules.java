/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import jakarta.inject.Inject;
import java.util.List;

/** What the two reset calls have in common. */
final class ResetRules {
    private final HandlerTransitions transitions;
    private final Registration registration;
    private final boolean allOrNothing;

    @Inject
    ResetRules(HandlerTransitions transitions, Registration registration, SdeiPolicy policy) {
        this.transitions = transitions;
        this.registration = registration;
        this.allOrNothing = policy.reset() == SdeiPolicy.Reset.ATOMIC;
    }

    /**
     * Unregisters events.
     *
     * @param events the events that the call reaches
     * @return X0
     */
    CallOutcome reset(List<EventInstance> events) {
        long result = Sdei.SUCCESS;
        for (EventInstance event : events) {
            if (of(event).result() != Sdei.SUCCESS) {
                result = of(event).result();
            }
        }
        if (result == Sdei.SUCCESS || !allOrNothing) {
            for (EventInstance event : events) {
                event.state(of(event).next());
                registration.forget(event);
            }
        }
        return CallOutcome.of(result);
    }

    private Transition of(EventInstance event) {
        return transitions.of(HandlerOperation.RESET, event.state());
    }
}
