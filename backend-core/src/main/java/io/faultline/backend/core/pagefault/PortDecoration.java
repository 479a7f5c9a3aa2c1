/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.pagefault.Veto;

/**
 * The place where one part of a backend's ports can be replaced or wrapped: it sees every part once, when a machine is made. A
 * backend has a subtype of its own, with its other parts.
 *
 * @param <M> what the backend knows of the page faults of one machine
 * @since 0.1
 */
public interface PortDecoration<M> {
    /**
     * Returns the policy to use.
     *
     * @param policy the policy of the settings
     * @return the same, or another one
     */
    default Policy policy(Policy policy) {
        return policy;
    }

    /**
     * Returns the token source to use.
     *
     * @param tokens the standard one
     * @param machine what is known of the machine
     * @return the same, or another one in its place
     */
    default TokenSource tokens(TokenSource tokens, M machine) {
        return tokens;
    }

    /**
     * Returns a rule to use.
     *
     * @param veto what the rule is named after
     * @param rule the standard one
     * @param machine what is known of the machine
     * @return the same, or another one in its place
     */
    default VetoRule rule(Veto veto, VetoRule rule, M machine) {
        return rule;
    }

    /**
     * Returns the route for not-present to use.
     *
     * @param route the standard one
     * @param machine what is known of the machine
     * @return the same, or another one in its place
     */
    default NotPresentRoute notPresent(NotPresentRoute route, M machine) {
        return route;
    }

    /**
     * Returns the route for ready to use.
     *
     * @param route the standard one
     * @param machine what is known of the machine
     * @return the same, or another one in its place
     */
    default ReadyRoute ready(ReadyRoute route, M machine) {
        return route;
    }

    /**
     * Returns what the parts tell the engine through: enabling with its wake-all, disabling, acknowledgements, answers.
     *
     * @param engine the engine
     * @param machine what is known of the machine
     * @return the same, or something in between
     */
    default PageFaultControl control(PageFaultControl engine, M machine) {
        return engine;
    }
}
