/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import jakarta.inject.Inject;

/**
 * Asks for the attention of the PE that has changed, and of every PE that takes a latched shared event.
 *
 * @since 0.1
 */
public final class StandardReevaluation implements Reevaluation {
    private final DispatchRules rules;
    private final RoutingRules routing;

    /**
     * Makes the rule.
     *
     * @param rules what a PE takes next
     * @param routing which PE takes a shared event
     */
    @Inject
    public StandardReevaluation(DispatchRules rules, RoutingRules routing) {
        this.rules = rules;
        this.routing = routing;
    }

    @Override
    public void at(Point point, PeState pe) {
        if (rules.next(pe).isPresent()) {
            pe.cpu().requestAttention();
        }
        SdeiState machine = pe.machine();
        for (EventInstance event : machine.sharedEvents()) {
            if (event.isPending()) {
                int taker = routing.taker(machine, event);
                if (taker != EventInstance.NOBODY) {
                    machine.processor(taker).cpu().requestAttention();
                }
            }
        }
    }
}
