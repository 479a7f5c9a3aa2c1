/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.notification.ChannelState;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.notification.NotificationChannel.EventChannel;
import io.faultline.api.notification.NotificationChannel.Ppi;
import io.faultline.api.notification.Trigger;
import io.faultline.api.trace.TraceEvent;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.PpiLines;
import io.faultline.backend.xen.host.Domain;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Events for the VMM: private interrupts, and event channels. A channel of the VMM is one that the guest offers to domain 0
 * under the port number of the request.
 */
final class XenNotifications implements EventNotifications {
    private final Host host;
    private final PpiLines lines;
    private final PortLines ports;
    private final List<NotificationChannel> channels;

    XenNotifications(Host host, Supplier<Domain> domain) {
        this.host = host;
        lines = new PpiLines(host, vcpu -> false);
        ports = new PortLines(domain);
        channels = List.copyOf(host.request().channels());
    }

    @Override
    public List<NotificationChannel> channels() {
        return channels;
    }

    @Override
    public DeliveryOutcome inject(NotificationChannel channel, int vcpu) {
        check(channel, vcpu);
        DeliveryOutcome outcome =
                channel instanceof EventChannel event ? ports.inject(event.port()) : lines.inject((Ppi) channel, vcpu);
        trace(channel, vcpu, outcome.kind().name().toLowerCase(Locale.ROOT));
        return outcome;
    }

    @Override
    public DeliveryOutcome injectNow(NotificationChannel channel, int vcpu) {
        check(channel, vcpu);
        DeliveryOutcome outcome = channel instanceof EventChannel
                ? DeliveryOutcome.rejected(channel + " is an interrupt of the guest's choice: use inject")
                : lines.injectNow((Ppi) channel, vcpu);
        trace(channel, vcpu, outcome.kind().name().toLowerCase(Locale.ROOT));
        return outcome;
    }

    private void trace(NotificationChannel channel, int vcpu, String outcome) {
        if (host.tracing()) {
            host.trace().emit(host.now(), new TraceEvent.NotificationInjected(vcpu, channel.toString(), outcome));
        }
    }

    @Override
    public void setLevel(NotificationChannel channel, int vcpu, boolean high) {
        check(channel, vcpu);
        if (!(channel instanceof Ppi ppi) || ppi.trigger() != Trigger.LEVEL) {
            throw invalid("channel " + channel + " has no level", "use inject");
        }
        lines.setLevel(ppi, vcpu, high);
        trace(channel, vcpu, high ? "high" : "low");
    }

    /** An event that a guest can see cannot be taken back. */
    @Override
    public boolean cancel(NotificationChannel channel, int vcpu) {
        check(channel, vcpu);
        return channel instanceof Ppi ppi && lines.cancel(ppi, vcpu);
    }

    @Override
    public ChannelState state(NotificationChannel channel, int vcpu) {
        check(channel, vcpu);
        return channel instanceof EventChannel event ? ports.state(event.port()) : lines.state((Ppi) channel, vcpu);
    }

    private void check(NotificationChannel channel, int vcpu) {
        if (!channels.contains(channel)) {
            throw invalid("channel " + channel + " is not one of this machine", "name it in the machine request");
        }
        if (vcpu < 0 || vcpu >= host.vcpuCount()) {
            throw invalid("vCPU " + vcpu + " does not exist", "use 0 to " + (host.vcpuCount() - 1));
        }
    }

    private static HypervisorException invalid(String problem, String remedy) {
        return new HypervisorException(ErrorId.INVALID_ARGUMENT, problem, "backend " + XenBackendProvider.ID, remedy);
    }
}
