/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.backend.kvm.sdei.policy.DispatchChoice;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;

/**
 * RM_PE goes to its PE and nowhere else; RM_ANY to a PE that can take it, by the configured choice.
 *
 * @since 0.1
 */
public final class StandardRouting implements RoutingRules {
    private final Eligibility eligibility;
    private final SdeiPolicy policy;

    /**
     * Makes the rule.
     *
     * @param eligibility which PE could take the event
     * @param policy which of those is taken
     */
    @Inject
    public StandardRouting(Eligibility eligibility, SdeiPolicy policy) {
        this.eligibility = eligibility;
        this.policy = policy;
    }

    @Override
    public int taker(SdeiState machine, EventInstance event) {
        if (event.target() != EventInstance.NOBODY) {
            return can(machine, event.target(), event) ? event.target() : EventInstance.NOBODY;
        }
        if (policy.is(DispatchChoice.AnyTaker.ASKED) && can(machine, event.asked(), event)) {
            return event.asked();
        }
        int count = machine.processors().size();
        int first = policy.is(DispatchChoice.AnyTaker.ROTATE) ? event.lastTaker() + 1 : 0;
        for (int i = 0; i < count; i++) {
            int candidate = (first + i) % count;
            if (can(machine, candidate, event)) {
                return candidate;
            }
        }
        return EventInstance.NOBODY;
    }

    private boolean can(SdeiState machine, int pe, EventInstance event) {
        return eligibility.isEligible(machine.processor(pe), event);
    }
}
