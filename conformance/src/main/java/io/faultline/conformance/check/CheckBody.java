/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.check;

import io.faultline.conformance.scenario.Scenario;

/**
 * What a check does. Stateless: everything that happens goes through the scenario.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface CheckBody {
    /**
     * Runs the check. Returning means that the backend does what the rule says.
     *
     * @param scenario builds machines, demands and witnesses
     * @throws io.faultline.conformance.scenario.CheckFailure if the backend does otherwise
     */
    void run(Scenario scenario);
}
