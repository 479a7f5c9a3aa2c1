/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.XenError;
import jakarta.inject.Inject;

/** The structure of reset, and of the command by which it goes on. */
final class ResetCalls {
    private static final int RESET_BYTES = 2;

    private final EventDomain domain;
    private final Routes routes;
    private final PortReset reset;

    @Inject
    ResetCalls(EventDomain domain, Routes routes, PortReset reset) {
        this.domain = domain;
        this.routes = routes;
        this.reset = reset;
    }

    long begin(Caller caller) {
        return run(caller, false);
    }

    long resume(Caller caller) {
        return run(caller, true);
    }

    private long run(Caller caller, boolean resumed) {
        if (!caller.readStruct(caller.argument(1), RESET_BYTES)) {
            return -XenError.EFAULT;
        }
        int owner = routes.realId(caller.struct().u16(0));
        if (owner != domain.id()) {
            return routes.exists(owner) ? -XenError.EPERM : -XenError.ESRCH;
        }
        return reset.run(caller, resumed);
    }
}
