/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import jakarta.inject.Inject;
import java.util.OptionalInt;

/** SDEI_EVENT_ROUTING_SET. Arguments are judged before the state, as in the reference implementation. */
final class RoutingSetCall extends EventCall {
    private final HandlerTransitions transitions;
    private final Reevaluation reevaluation;

    @Inject
    RoutingSetCall(HandlerTransitions transitions, Reevaluation reevaluation) {
        this.transitions = transitions;
        this.reevaluation = reevaluation;
    }

    @Override
    long execute(PeState caller, EventInstance event) {
        long mode = caller.cpu().x(2);
        if (event.definition().isPrivate()
                || event.definition().isDynamic() && !event.binding().isBound()
                || mode != Sdei.ROUTE_ANY && mode != Sdei.ROUTE_PE) {
            return Sdei.INVALID_PARAMETERS;
        }
        int target = EventInstance.NOBODY;
        if (mode == Sdei.ROUTE_PE) {
            OptionalInt pe = caller.machine().client().find(caller.cpu().x(3));
            if (pe.isEmpty()) {
                return Sdei.INVALID_PARAMETERS;
            }
            target = pe.getAsInt();
        }
        Transition transition = transitions.of(HandlerOperation.ROUTING_SET, event.state());
        if (transition.result() == Sdei.SUCCESS) {
            event.target(target);
            reevaluation.at(Reevaluation.Point.ROUTING, caller);
        }
        return transition.result();
    }
}
