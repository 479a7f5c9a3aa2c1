/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import io.faultline.api.notification.ChannelState;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.notification.NotificationChannel.EventChannel;
import io.faultline.api.notification.NotificationChannel.Virq;
import io.faultline.backend.core.machine.ChannelLines;
import io.faultline.backend.core.machine.CoreNotifications;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.PpiLines;
import io.faultline.backend.xen.event.EventChannels;
import io.faultline.backend.xen.event.PollState;
import io.faultline.backend.xen.host.Domain;
import java.util.function.Supplier;

/**
 * The VMM's ends of event channels. A channel of the VMM is one that the guest offers to domain 0 under the port number of
 * the request; a virtual interrupt is raised on the port to which the guest has bound it, if there is one.
 */
final class PortLines implements ChannelLines<NotificationChannel> {
    private static final int NOT_BOUND = 0;

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
                NotificationChannel.class,
                new PortLines(domain));
    }

    /** Raises a port, connecting to it before if the guest still waits for that. */
    @Override
    public DeliveryOutcome inject(NotificationChannel channel, int vcpu) {
        return channel instanceof Virq virq ? raise(virq.number(), vcpu) : raise(((EventChannel) channel).port());
    }

    private DeliveryOutcome raise(int port) {
        EventChannels channels = domain.get().channels();
        PollState before = channels.pollState(port);
        if (before == PollState.UNUSABLE || !domain.get().connectVmm(port)) {
            return DeliveryOutcome.rejected("the guest does not offer port " + port + " to domain 0");
        }
        channels.raise(port);
        return outcome(port, before);
    }

    /** What is raised while it is not bound is dropped. */
    private DeliveryOutcome raise(int virq, int vcpu) {
        EventChannels channels = domain.get().channels();
        int port = channels.virqPort(virq, vcpu);
        if (port == NOT_BOUND) {
            return DeliveryOutcome.rejected("the guest has bound VIRQ " + virq + " to no port");
        }
        PollState before = channels.pollState(port);
        channels.raiseVirq(virq, vcpu);
        return outcome(port, before);
    }

    private DeliveryOutcome outcome(int port, PollState before) {
        if (before == PollState.PENDING) {
            return DeliveryOutcome.coalesced();
        }
        return domain.get().channels().pollState(port) == PollState.PENDING
                ? DeliveryOutcome.pending("the guest has not looked at port " + port)
                : DeliveryOutcome.rejected("the guest has no memory for the event of port " + port);
    }

    @Override
    public DeliveryOutcome injectNow(NotificationChannel channel, int vcpu) {
        return DeliveryOutcome.rejected(channel + " is an interrupt of the guest's choice: use inject");
    }

    /** An event that a guest can see cannot be taken back. */
    @Override
    public boolean cancel(NotificationChannel channel, int vcpu) {
        return false;
    }

    @Override
    public ChannelState state(NotificationChannel channel, int vcpu) {
        EventChannels channels = domain.get().channels();
        int port =
                channel instanceof Virq virq ? channels.virqPort(virq.number(), vcpu) : ((EventChannel) channel).port();
        PollState state = channels.pollState(port);
        return new ChannelState(state != PollState.UNUSABLE, state == PollState.PENDING, false);
    }
}
