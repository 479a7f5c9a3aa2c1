/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.backend.xen.event.abi.CurrentAbi;
import io.faultline.backend.xen.event.port.PortTable;
import io.faultline.backend.xen.hypercall.XenError;
import jakarta.inject.Inject;

/**
 * The lowest free number that the guest does not have in a queue any more, within the limits of the domain and of the present
 * ABI (XEN-045, XEN-046, XEN-123).
 *
 * @since 0.1
 */
public final class StandardPortChoice implements PortChoice {
    private final PortTable ports;
    private final CurrentAbi abi;

    /**
     * Makes the rule.
     *
     * @param ports the ports
     * @param abi the present ABI
     */
    @Inject
    public StandardPortChoice(PortTable ports, CurrentAbi abi) {
        this.ports = ports;
        this.abi = abi;
    }

    @Override
    public int choose() {
        if (ports.refusesMore()) {
            return -XenError.EINVAL;
        }
        int last = Math.min(ports.limit(), abi.capacity() - 1);
        int port = ports.nextFree(1);
        while (port <= last && ports.isValid(port) && abi.isBusy(port)) {
            port = ports.nextFree(port + 1);
        }
        return port <= last ? port : -XenError.ENOSPC;
    }
}
