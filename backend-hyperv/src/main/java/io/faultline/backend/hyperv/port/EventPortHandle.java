/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import io.faultline.api.synic.EventPort;
import io.faultline.api.synic.SynicStatus;

/** A port for events as the VMM has it. */
final class EventPortHandle extends PortHandle implements EventPort {
    EventPortHandle(PortReference reference, Neighbourhood neighbourhood) {
        super(reference, neighbourhood, false);
    }

    @Override
    public SynicStatus signal(int flag) {
        return HostSide.status(signalled(flag));
    }
}
