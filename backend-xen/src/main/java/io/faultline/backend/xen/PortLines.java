/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import io.faultline.api.notification.ChannelState;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.backend.xen.event.EventChannels;
import io.faultline.backend.xen.event.PollState;
import io.faultline.backend.xen.host.Domain;
import java.util.function.Supplier;

/** The VMM's ends of event channels that the guest offers to domain 0. */
final class PortLines {
    private final Supplier<Domain> domain;

    PortLines(Supplier<Domain> domain) {
        this.domain = domain;
    }

    /** Raises a port, connecting to it before if the guest still waits for that. */
    DeliveryOutcome inject(int port) {
        EventChannels channels = domain.get().channels();
        PollState before = channels.pollState(port);
        if (before == PollState.UNUSABLE || !domain.get().connectVmm(port)) {
            return DeliveryOutcome.rejected("the guest does not offer port " + port + " to domain 0");
        }
        if (before == PollState.PENDING) {
            return DeliveryOutcome.coalesced();
        }
        channels.raise(port);
        return channels.pollState(port) == PollState.PENDING
                ? DeliveryOutcome.pending("the guest has not looked at port " + port)
                : DeliveryOutcome.rejected("the guest has no memory for the event of port " + port);
    }

    ChannelState state(int port) {
        PollState state = domain.get().channels().pollState(port);
        return new ChannelState(state != PollState.UNUSABLE, state == PollState.PENDING, false);
    }
}
