/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.pagefault.FaultTicket;
import io.faultline.api.state.StateReader;
import java.util.List;

/**
 * A backend's side of the engine: how its guests are told, and by which policy. One instance for each machine.
 *
 * @since 0.1
 */
public interface PageFaultPorts {
    /**
     * Returns the policy.
     *
     * @return the policy, the same each time
     */
    Policy policy();

    /**
     * Returns the rules of the backend. The engine asks its own first: in-flight, no-source, failed-before, not-enabled;
     * then these; then limit-reached, notification-outstanding, the obstacles of the route, vmm-declined and no-token.
     *
     * @return the rules in order
     */
    List<VetoRule> rules();

    /**
     * Returns the route for not-present.
     *
     * @return the route, the same each time
     */
    NotPresentRoute notPresent();

    /**
     * Returns the route for ready.
     *
     * @return the route, the same each time
     */
    ReadyRoute ready();

    /**
     * Returns the source of tokens. Its state is saved with the engine's.
     *
     * @return the source, the same each time
     */
    TokenSource tokens();

    /**
     * Gives the ports their engine. Called once, before anything else.
     *
     * @param control the engine
     */
    void connect(PageFaultControl control);

    /**
     * The engine is about to judge a fault of a vCPU, or to show it something: the ports look at what the guest may have
     * written meanwhile where it does not have to make a call, and tell the engine.
     *
     * @param vcpu index of the vCPU
     */
    default void look(int vcpu) {
        // most mechanisms have a call for all that matters
    }

    /**
     * The engine is restored; what the ports hold was restored before it. The ports refuse what does not fit together.
     * Nothing may be changed.
     *
     * @param reader makes the exception to throw
     * @param faults the faults that have not come to their end
     */
    default void restored(StateReader reader, List<FaultTicket> faults) {
        // most ports have no state that depends on the engine's
    }

    /**
     * A vCPU is reset, turned on or turned off: the ports forget what the guest had set up on it and take back whatever
     * signals a notification.
     *
     * @param vcpu index of the vCPU
     */
    void reset(int vcpu);
}
