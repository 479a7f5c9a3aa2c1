/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.pagefault.Veto;
import io.faultline.api.sdei.Sdei;
import jakarta.inject.Inject;
import java.util.Optional;

/**
 * The rule of the KVM series, which has no exception for critical events: the handler is ready, the PE is unmasked, and no
 * event at all runs or is latched on the PE.
 *
 * @since 0.1
 */
public final class StandardImmediateRules implements ImmediateRules {
    private static final int READY = Sdei.REGISTERED | Sdei.ENABLED;

    private final RoutingRules routing;

    /**
     * Makes the rule.
     *
     * @param routing which shared events count for a PE
     */
    @Inject
    public StandardImmediateRules(RoutingRules routing) {
        this.routing = routing;
    }

    @Override
    public Optional<Veto> obstacle(PeState pe, EventInstance event) {
        if (!event.is(READY)) {
            return Optional.of(Veto.EVENT_NOT_READY);
        }
        if (pe.isMasked() || !pe.cpu().isOn()) {
            return Optional.of(Veto.EVENT_MASKED);
        }
        if (pe.depth() > 0 || event.is(Sdei.RUNNING)) {
            return Optional.of(Veto.HANDLER_RUNNING);
        }
        return isAnythingPending(pe, event) ? Optional.of(Veto.EVENT_PENDING) : Optional.empty();
    }

    private boolean isAnythingPending(PeState pe, EventInstance event) {
        return event.isPending()
                || pe.events().stream().anyMatch(EventInstance::isPending)
                || pe.machine().sharedEvents().stream().anyMatch(other -> other.isPending() && concerns(pe, other));
    }

    private boolean concerns(PeState pe, EventInstance shared) {
        return shared.target() == pe.index() || routing.taker(pe.machine(), shared) == pe.index();
    }
}
