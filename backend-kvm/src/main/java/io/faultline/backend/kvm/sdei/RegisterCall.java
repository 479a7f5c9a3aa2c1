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

/** SDEI_EVENT_REGISTER. Arguments are judged before the state, as in the reference implementation. */
final class RegisterCall extends EventCall {
    private final HandlerTransitions transitions;
    private final Registration registration;
    private final AddressCheck addresses;
    private final boolean checksPrivateAffinity;
    private final boolean translates;
    private final long knownFlags;

    @Inject
    RegisterCall(HandlerTransitions transitions, Registration registration, AddressCheck addresses, SdeiPolicy policy) {
        this.transitions = transitions;
        this.registration = registration;
        this.addresses = addresses;
        this.checksPrivateAffinity = policy.is(CallChoice.PrivateAffinity.CHECK);
        this.translates = policy.is(CallChoice.AddressCheck.TRANSLATED);
        this.knownFlags = policy.hasRelativeMode() ? Sdei.ROUTE_PE | Sdei.FLAG_RELATIVE : Sdei.ROUTE_PE;
    }

    @Override
    long execute(PeState caller, EventInstance event) {
        ClientPe cpu = caller.cpu();
        long entry = cpu.x(2);
        long flags = cpu.x(4);
        // where relative mode is not offered its flag is a reserved one (SDEI-044)
        boolean relative = (flags & Sdei.FLAG_RELATIVE) != 0;
        if (!addresses.isEntryPoint(entry)
                || (flags & ~knownFlags) != 0
                || translates && !cpu.isMapped(relative ? cpu.vectorBase() + entry : entry)) {
            return Sdei.INVALID_PARAMETERS;
        }
        boolean isPrivate = event.definition().isPrivate();
        int target = EventInstance.NOBODY;
        if ((flags & Sdei.ROUTE_PE) != 0 && (!isPrivate || checksPrivateAffinity)) {
            OptionalInt pe = caller.machine().client().find(cpu.x(5));
            if (pe.isEmpty()) {
                return Sdei.INVALID_PARAMETERS;
            }
            target = isPrivate ? EventInstance.NOBODY : pe.getAsInt();
        }
        Transition transition = transitions.of(HandlerOperation.REGISTER, event.state());
        if (transition.result() == Sdei.SUCCESS && !isAvailable(event)) {
            return Sdei.DENIED;
        }
        if (transition.result() == Sdei.SUCCESS) {
            event.state(transition.next());
            registration.register(event, entry, cpu.x(3), target);
            event.relative(relative);
        }
        return transition.result();
    }

    /** A slot must have an interrupt that is the client's and that nobody handles at the moment (SDEI-045, SDEI-048). */
    private static boolean isAvailable(EventInstance event) {
        Binding binding = event.binding();
        return !event.definition().isDynamic()
                || binding.isBound() && binding.isOwned() && !binding.isActive(event.owner());
    }
}
