/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import io.faultline.api.notification.ChannelState;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.notification.NotificationChannel.EventChannel;
import io.faultline.backend.core.machine.ChannelLines;
import io.faultline.backend.core.machine.CoreNotifications;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.PpiLines;
import io.faultline.backend.xen.event.EventChannels;
import io.faultline.backend.xen.event.PollState;
import io.faultline.backend.xen.host.Domain;
import java.util.function.Supplier;

/**
 * The VMM's ends of event channels: a channel of the VMM is one that the guest offers to domain 0 under the port number of
 * the request.
 */
final class PortLines implements ChannelLines<EventChannel> {
    private final Supplier<Domain> domain;

    private PortLines(Supplier<Domain> domain) {
        this.domain = domain;
    }

    static EventNotifications of(Host host, Supplier<Domain> domain) {
        return new CoreNotifications<>(
                host,
                XenBackendProvider.ID,
                host.request().channels(),
                new PpiLines(host, vcpu -> false),
                EventChannel.class,
                new PortLines(domain));
    }

    /** Raises a port, connecting to it before if the guest still waits for that. */
    @Override
    public DeliveryOutcome inject(EventChannel channel, int vcpu) {
        int port = channel.port();
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

    @Override
    public DeliveryOutcome injectNow(EventChannel channel, int vcpu) {
        return DeliveryOutcome.rejected(channel + " is an interrupt of the guest's choice: use inject");
    }

    /** An event that a guest can see cannot be taken back. */
    @Override
    public boolean cancel(EventChannel channel, int vcpu) {
        return false;
    }

    @Override
    public ChannelState state(EventChannel channel, int vcpu) {
        PollState state = domain.get().channels().pollState(channel.port());
        return new ChannelState(state != PollState.UNUSABLE, state == PollState.PENDING, false);
    }
}
