/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.partition;

import io.faultline.backend.core.machine.Conduit;
import io.faultline.backend.core.machine.VirtualProcessor;

/**
 * What becomes of the calls of a guest that are not those of the machine itself, such as PSCI (hyperv.md 1.1).
 *
 * @since 0.1
 */
public interface GuestCalls {
    /**
     * Answers HVC #0 or SMC #0.
     *
     * @param vcpu who calls
     * @param conduit by which instruction
     * @param function function identifier, W0
     * @return true if the call was answered; false if nobody here knows it
     */
    boolean call(VirtualProcessor vcpu, Conduit conduit, int function);

    /**
     * Answers HVC with an immediate that is not 0.
     *
     * @param vcpu who calls
     * @param immediate 1 to 65535
     * @return true if the call was answered; false if nobody here knows it
     */
    boolean taggedCall(VirtualProcessor vcpu, int immediate);
}
