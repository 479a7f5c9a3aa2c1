/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.trace.TraceEvent;
import jakarta.inject.Inject;

/**
 * Everything about the end of a handler but the registers.
 *
 * @since 0.1
 */
public final class HandlerEnd {
    private final HandlerTransitions transitions;
    private final Reevaluation reevaluation;

    /**
     * Makes the rule.
     *
     * @param transitions the state machine
     * @param reevaluation what can be dispatched now
     */
    @Inject
    public HandlerEnd(HandlerTransitions transitions, Reevaluation reevaluation) {
        this.transitions = transitions;
        this.reevaluation = reevaluation;
    }

    /**
     * Ends the innermost handler of a PE at the guest's request: its context is dropped, its owner is told, and other
     * events are considered. The registers are already those with which the guest goes on.
     *
     * @param pe a PE on which a handler runs
     * @param resumed true for COMPLETE_AND_RESUME
     * @param failed whether the guest said that handling failed
     */
    void ended(PeState pe, boolean resumed, boolean failed) {
        EventInstance event = drop(pe);
        int number = event.definition().number();
        ClientMachine client = pe.machine().client();
        if (client.tracing()) {
            client.trace(new TraceEvent.SdeiCompleted(
                    pe.index(), number, resumed, pe.cpu().pc()));
        }
        event.listener().ifPresent(listener -> listener.completed(pe.index(), number, resumed, failed));
        reevaluation.at(resumed ? Reevaluation.Point.RESUME : Reevaluation.Point.COMPLETE, pe);
    }

    /**
     * Ends the innermost handler of a PE without a word, since the PE is turned off (SDEI-178).
     *
     * @param pe a PE on which a handler runs
     * @return the event
     */
    EventInstance drop(PeState pe) {
        EventInstance event = pe.pop();
        event.end();
        event.state(transitions.of(HandlerOperation.COMPLETE, event.state()).next());
        return event;
    }
}
