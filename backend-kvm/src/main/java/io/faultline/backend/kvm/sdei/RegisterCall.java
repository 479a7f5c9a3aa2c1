/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import jakarta.inject.Inject;
import java.util.OptionalInt;

/** SDEI_EVENT_REGISTER. Arguments are judged before the state, as in the reference implementation. */
final class RegisterCall extends EventCall {
    private final HandlerTransitions transitions;
    private final Registration registration;
    private final AddressCheck addresses;
    private final boolean checksPrivateAffinity;

    @Inject
    RegisterCall(HandlerTransitions transitions, Registration registration, AddressCheck addresses, SdeiPolicy policy) {
        this.transitions = transitions;
        this.registration = registration;
        this.addresses = addresses;
        this.checksPrivateAffinity = policy.privateAffinity() == SdeiPolicy.PrivateAffinity.CHECK;
    }

    @Override
    long execute(PeState caller, EventInstance event) {
        ClientPe cpu = caller.cpu();
        long entry = cpu.x(2);
        long flags = cpu.x(4);
        // relative mode is never offered, so its flag is a reserved one (SDEI-044)
        if (!addresses.isEntryPoint(entry) || (flags & ~Sdei.ROUTE_PE) != 0) {
            return Sdei.INVALID_PARAMETERS;
        }
        boolean isPrivate = event.definition().isPrivate();
        int target = EventInstance.NOBODY;
        if (flags == Sdei.ROUTE_PE && (!isPrivate || checksPrivateAffinity)) {
            OptionalInt pe = caller.machine().client().find(cpu.x(5));
            if (pe.isEmpty()) {
                return Sdei.INVALID_PARAMETERS;
            }
            target = isPrivate ? EventInstance.NOBODY : pe.getAsInt();
        }
        Transition transition = transitions.of(HandlerOperation.REGISTER, event.state());
        if (transition.result() == Sdei.SUCCESS) {
            event.state(transition.next());
            registration.register(event, entry, cpu.x(3), target);
        }
        return transition.result();
    }
}
