/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.notification.ChannelState;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.notification.NotificationChannel.Ppi;
import io.faultline.api.notification.NotificationChannel.SdeiEvent;
import io.faultline.api.notification.Trigger;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiPriority;
import io.faultline.api.trace.TraceEvent;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.PpiLines;
import io.faultline.backend.kvm.sdei.SdeiDispatcher;
import io.faultline.backend.kvm.sdei.SdeiInjection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The VMM's side of SDEI events and private interrupts. */
final class KvmNotifications implements EventNotifications {
    private static final SdeiEvent SOFTWARE_SIGNALLED =
            new SdeiEvent(Sdei.EVENT_SOFTWARE_SIGNALLED, SdeiEventType.PRIVATE, SdeiPriority.NORMAL);

    private final Host host;
    private final Optional<SdeiInjection> events;
    private final PpiLines lines;
    private final List<NotificationChannel> channels;

    KvmNotifications(Host host, Optional<SdeiDispatcher> dispatcher) {
        this.host = host;
        events = dispatcher.map(SdeiDispatcher::injection);
        lines = new PpiLines(
                host, vcpu -> dispatcher.isPresent() && dispatcher.get().isDue(vcpu));
        List<NotificationChannel> all = new ArrayList<>(host.request().channels());
        if (dispatcher.isPresent() && !all.contains(SOFTWARE_SIGNALLED)) {
            all.add(SOFTWARE_SIGNALLED);
        }
        channels = List.copyOf(all);
    }

    @Override
    public List<NotificationChannel> channels() {
        return channels;
    }

    @Override
    public DeliveryOutcome inject(NotificationChannel channel, int vcpu) {
        check(channel, vcpu);
        DeliveryOutcome outcome = channel instanceof SdeiEvent event
                ? events().inject(vcpu, event.event())
                : lines.inject((Ppi) channel, vcpu);
        return traced(channel, vcpu, outcome);
    }

    @Override
    public DeliveryOutcome injectNow(NotificationChannel channel, int vcpu) {
        check(channel, vcpu);
        DeliveryOutcome outcome = channel instanceof SdeiEvent event
                ? events().injectNow(vcpu, event.event())
                : lines.injectNow((Ppi) channel, vcpu);
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
        return channel instanceof SdeiEvent event
                ? events().cancel(vcpu, event.event())
                : lines.cancel((Ppi) channel, vcpu);
    }

    @Override
    public ChannelState state(NotificationChannel channel, int vcpu) {
        check(channel, vcpu);
        return channel instanceof SdeiEvent event
                ? events().state(vcpu, event.event())
                : lines.state((Ppi) channel, vcpu);
    }

    /** A plan with events is refused if there is no dispatcher, so whoever has such a channel has this, too. */
    private SdeiInjection events() {
        return events.orElseThrow();
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
        return new HypervisorException(ErrorId.INVALID_ARGUMENT, problem, "backend " + KvmBackendProvider.ID, remedy);
    }
}
