/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.machine;

import io.faultline.api.capability.CapabilitySet;
import java.util.List;

/**
 * A machine that has been judged and not yet built. It can be asked before anything is committed.
 *
 * @since 0.1
 */
public interface MachinePlan {
    /**
     * Returns the request that this plan answers.
     *
     * @return the request
     */
    MachineRequest request();

    /**
     * Returns what the machine will be able to do.
     *
     * @return the capabilities under this request
     */
    CapabilitySet capabilities();

    /**
     * Returns everything that the backend refuses: what it does not have, and conflicts with both owners named.
     *
     * @return one sentence each; empty if the plan can be built
     */
    List<String> refusals();

    /**
     * Builds the machine. May be called more than once; each call gives a machine of its own.
     *
     * @return a new machine after cold reset; its memory is resident and reads as zero
     * @throws io.faultline.api.error.HypervisorException with PLAN_REFUSED, listing all refusals, if there are any
     */
    Machine build();
}
