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
    private static final Optional<Veto> NOT_READY = Optional.of(Veto.EVENT_NOT_READY);
    private static final Optional<Veto> MASKED = Optional.of(Veto.EVENT_MASKED);
    private static final Optional<Veto> RUNNING = Optional.of(Veto.HANDLER_RUNNING);
    private static final Optional<Veto> PENDING = Optional.of(Veto.EVENT_PENDING);

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
            return NOT_READY;
        }
        if (pe.isMasked() || !pe.cpu().isOn()) {
            return MASKED;
        }
        if (pe.depth() > 0 || event.is(Sdei.RUNNING)) {
            return RUNNING;
        }
        return isAnythingPending(pe, event) ? PENDING : Optional.empty();
    }

    private boolean isAnythingPending(PeState pe, EventInstance event) {
        if (event.isPending()) {
            return true;
        }
        for (EventInstance own : pe.events()) {
            if (own.isPending()) {
                return true;
            }
        }
        for (EventInstance shared : pe.machine().sharedEvents()) {
            if (shared.isPending() && concerns(pe, shared)) {
                return true;
            }
        }
        return false;
    }

    private boolean concerns(PeState pe, EventInstance shared) {
        return shared.target() == pe.index() || routing.taker(pe.machine(), shared) == pe.index();
    }
}
