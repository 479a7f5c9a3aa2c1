/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.backend.kvm.sdei.policy.DispatchChoice;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import jakarta.inject.Inject;
import java.util.Optional;

/**
 * Critical before normal (SDEI-119), among equals by event number (SDEI-120).
 *
 * @since 0.1
 */
public final class StandardDispatchRules implements DispatchRules {
    private final Eligibility eligibility;
    private final RoutingRules routing;
    private final boolean lowestFirst;

    /**
     * Makes the rule.
     *
     * @param eligibility what can be dispatched at all
     * @param routing which PE takes a shared event
     * @param policy the order among equals
     */
    @Inject
    public StandardDispatchRules(Eligibility eligibility, RoutingRules routing, SdeiPolicy policy) {
        this.eligibility = eligibility;
        this.routing = routing;
        this.lowestFirst = policy.is(DispatchChoice.Order.LOWEST);
    }

    @Override
    public Optional<EventInstance> next(PeState pe) {
        Optional<EventInstance> best = Optional.empty();
        for (EventInstance event : pe.events()) {
            if (event.isPending() && eligibility.isEligible(pe, event)) {
                best = better(best, event);
            }
        }
        for (EventInstance event : pe.machine().sharedEvents()) {
            if (event.isPending() && routing.taker(pe.machine(), event) == pe.index()) {
                best = better(best, event);
            }
        }
        return best;
    }

    private Optional<EventInstance> better(Optional<EventInstance> best, EventInstance event) {
        return best.isPresent() && goesFirst(best.get().definition(), event.definition()) ? best : event.some();
    }

    private boolean goesFirst(EventDefinition one, EventDefinition other) {
        return one.isCritical() != other.isCritical() ? one.isCritical() : one.number() < other.number() == lowestFirst;
    }
}
