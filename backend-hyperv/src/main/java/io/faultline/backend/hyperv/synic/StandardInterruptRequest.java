/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

import io.faultline.backend.core.machine.Host;
import jakarta.inject.Inject;

/**
 * Interrupts by the redistributor of the vCPU (hyperv.md 3.2).
 *
 * @since 0.1
 */
public final class StandardInterruptRequest implements InterruptRequest {
    private final Host host;

    /**
     * Makes the requests of a machine.
     *
     * @param host the machine
     */
    @Inject
    public StandardInterruptRequest(Host host) {
        this.host = host;
    }

    @Override
    public void raise(int vcpu, int intid) {
        host.gic().redistributor(vcpu).pend(intid);
    }
}
