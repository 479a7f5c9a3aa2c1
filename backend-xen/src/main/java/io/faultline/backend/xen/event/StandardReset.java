/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.backend.xen.event.abi.CurrentAbi;
import io.faultline.backend.xen.event.port.PortTable;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.XenError;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * Closes all ports of the guest and goes back to the two-level ABI (xen.md 4.2, reset). It stops now and then to let the vCPU
 * take interrupts; that it is not over yet is a state of the domain (XSA-344).
 *
 * @since 0.1
 */
@Singleton
public class StandardReset implements PortReset {
    /** Ports of which closing is one part of the work, so that a reset of thousands is interrupted (XEN-153). */
    static final int STRIDE = 8;

    private final PortTable ports;
    private final CurrentAbi abi;
    private final PortClosing closing;
    private final ResetProgress progress;

    @Inject
    StandardReset(PortTable ports, CurrentAbi abi, PortClosing closing, ResetProgress progress) {
        this.ports = ports;
        this.abi = abi;
        this.closing = closing;
        this.progress = progress;
    }

    @Override
    public long run(Caller caller, boolean resumed) {
        if (resumed != (progress.next() != 0)) {
            return -XenError.EBUSY;
        }
        for (int port = Math.max(progress.next(), 1); port < ports.valid(); port++) {
            if (ports.isUsable(port)) {
                closing.close(port);
            }
            if (port % STRIDE == 0 && caller.hasWorkedEnough()) {
                progress.next(port + 1);
                caller.argument(0, EventChannelOps.RESET_CONT);
                return caller.continueLater();
            }
        }
        progress.next(0);
        if (ports.open() > ports.xenOwned()) {
            return -XenError.EAGAIN;
        }
        if (abi.isFifo()) {
            abi.useTwoLevel();
        }
        return 0;
    }
}
