/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import io.faultline.api.pagefault.Veto;
import io.faultline.backend.core.pagefault.NotPresentRoute;
import io.faultline.backend.core.pagefault.PageFaultControl;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.core.pagefault.ReadyRoute;
import io.faultline.backend.core.pagefault.TokenSource;
import io.faultline.backend.core.pagefault.VetoRule;

/**
 * The place where one part of asynchronous page faults can be replaced or wrapped: it sees every part once, when a machine
 * is made. It is bound like the other parts of a machine.
 *
 * @since 0.1
 */
public interface PageFaultDecoration {
    /** Leaves every part as it is. */
    PageFaultDecoration NONE = new PageFaultDecoration() {};

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
     * @param machine what the guest has set up
     * @return the same, or another one in its place
     */
    default TokenSource tokens(TokenSource tokens, PageFaults machine) {
        return tokens;
    }

    /**
     * Returns a rule to use.
     *
     * @param veto what the rule is named after
     * @param rule the standard one
     * @param machine what the guest has set up
     * @return the same, or another one in its place
     */
    default VetoRule rule(Veto veto, VetoRule rule, PageFaults machine) {
        return rule;
    }

    /**
     * Returns the route for not-present to use.
     *
     * @param route the standard one
     * @param machine what the guest has set up
     * @return the same, or another one in its place
     */
    default NotPresentRoute notPresent(NotPresentRoute route, PageFaults machine) {
        return route;
    }

    /**
     * Returns the route for ready to use.
     *
     * @param route the standard one
     * @param machine what the guest has set up
     * @return the same, or another one in its place
     */
    default ReadyRoute ready(ReadyRoute route, PageFaults machine) {
        return route;
    }

    /**
     * Returns what the parts tell the engine through.
     *
     * @param engine the engine
     * @param machine what the guest has set up
     * @return the same, or something in between
     */
    default PageFaultControl control(PageFaultControl engine, PageFaults machine) {
        return engine;
    }
}
