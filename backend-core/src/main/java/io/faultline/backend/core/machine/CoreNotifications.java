/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.notification.ChannelState;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.notification.NotificationChannel.Ppi;
import io.faultline.api.notification.Trigger;
import io.faultline.api.trace.TraceEvent;
import java.util.List;
import java.util.Locale;

/**
 * The VMM's side of event notification: private interrupts, and the channels of one kind that only the backend has.
 *
 * @param <C> that kind
 * @since 0.1
 */
public final class CoreNotifications<C extends NotificationChannel> implements EventNotifications {
    private final Host host;
    private final String backend;
    private final List<NotificationChannel> channels;
    private final PpiLines lines;
    private final Class<C> kind;
    private final ChannelLines<C> own;

    /**
     * Makes the interface of one machine.
     *
     * @param host the machine
     * @param backend id of the backend, for errors
     * @param channels every channel; each is a PPI or of the kind
     * @param lines the private interrupts
     * @param kind the backend's kind of channel
     * @param own the channels of that kind
     */
    public CoreNotifications(
            Host host,
            String backend,
            List<NotificationChannel> channels,
            PpiLines lines,
            Class<C> kind,
            ChannelLines<C> own) {
        this.host = host;
        this.backend = backend;
        this.channels = List.copyOf(channels);
        this.lines = lines;
        this.kind = kind;
        this.own = own;
    }

    @Override
    public List<NotificationChannel> channels() {
        return channels;
    }

    @Override
    public DeliveryOutcome inject(NotificationChannel channel, int vcpu) {
        check(channel, vcpu);
        DeliveryOutcome outcome =
                channel instanceof Ppi ppi ? lines.inject(ppi, vcpu) : own.inject(kind.cast(channel), vcpu);
        return traced(channel, vcpu, outcome);
    }

    @Override
    public DeliveryOutcome injectNow(NotificationChannel channel, int vcpu) {
        check(channel, vcpu);
        DeliveryOutcome outcome =
                channel instanceof Ppi ppi ? lines.injectNow(ppi, vcpu) : own.injectNow(kind.cast(channel), vcpu);
        return traced(channel, vcpu, outcome);
    }

    private DeliveryOutcome traced(NotificationChannel channel, int vcpu, DeliveryOutcome outcome) {
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

    @Override
    public boolean cancel(NotificationChannel channel, int vcpu) {
        check(channel, vcpu);
        return channel instanceof Ppi ppi ? lines.cancel(ppi, vcpu) : own.cancel(kind.cast(channel), vcpu);
    }

    @Override
    public ChannelState state(NotificationChannel channel, int vcpu) {
        check(channel, vcpu);
        return channel instanceof Ppi ppi ? lines.state(ppi, vcpu) : own.state(kind.cast(channel), vcpu);
    }

    private void check(NotificationChannel channel, int vcpu) {
        if (!channels.contains(channel)) {
            throw invalid("channel " + channel + " is not one of this machine", "name it in the machine request");
        }
        if (vcpu < 0 || vcpu >= host.vcpuCount()) {
            throw invalid("vCPU " + vcpu + " does not exist", "use 0 to " + (host.vcpuCount() - 1));
        }
    }

    private HypervisorException invalid(String problem, String remedy) {
        return new HypervisorException(ErrorId.INVALID_ARGUMENT, problem, "backend " + backend, remedy);
    }
}
