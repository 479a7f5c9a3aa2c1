/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import io.faultline.backend.kvm.sdei.policy.CallChoice;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;
import java.util.List;

/** What the two reset calls have in common. */
final class ResetRules {
    private final HandlerTransitions transitions;
    private final Registration registration;
    private final boolean allOrNothing;
    private final boolean forced;

    @Inject
    ResetRules(HandlerTransitions transitions, Registration registration, SdeiPolicy policy) {
        this.transitions = transitions;
        this.registration = registration;
        this.allOrNothing = policy.is(CallChoice.Reset.ATOMIC);
        this.forced = policy.is(CallChoice.Reset.FORCED);
    }

    /** Unregisters private events of a PE. */
    CallOutcome resetPrivate(PeState pe) {
        return CallOutcome.of(reset(pe.events(), Sdei.SUCCESS));
    }

    /**
     * Unregisters the shared events and releases all interrupts. A private event that has one must not be registered
     * anywhere (SDEI-167 to 169).
     */
    CallOutcome resetShared(SdeiState machine) {
        boolean registered = machine.slots().all().stream()
                .anyMatch(slot -> slot.definition().isPrivate() && Slots.isInUse(machine, slot.definition()));
        long result = reset(machine.sharedEvents(), registered ? Sdei.DENIED : Sdei.SUCCESS);
        if (result == Sdei.SUCCESS || !allOrNothing) {
            for (Slots.Slot slot : machine.slots().all()) {
                if (!Slots.isInUse(machine, slot.definition())) {
                    slot.binding().release();
                }
            }
        }
        return CallOutcome.of(result);
    }

    private long reset(List<EventInstance> events, long objection) {
        long result = objection;
        for (EventInstance event : events) {
            if (of(event).result() != Sdei.SUCCESS) {
                result = of(event).result();
            }
        }
        if (result == Sdei.SUCCESS || !allOrNothing) {
            events.forEach(this::unregister);
        }
        return forced ? Sdei.SUCCESS : result;
    }

    private void unregister(EventInstance event) {
        boolean registered = event.is(Sdei.REGISTERED);
        event.state(of(event).next());
        if (registered) {
            registration.forget(event);
        }
    }

    private Transition of(EventInstance event) {
        return transitions.of(HandlerOperation.RESET, event.state());
    }
}
