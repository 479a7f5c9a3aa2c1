/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import io.faultline.api.notification.ChannelState;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.notification.NotificationChannel.SdeiEvent;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiPriority;
import io.faultline.backend.core.machine.ChannelLines;
import io.faultline.backend.core.machine.CoreNotifications;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.PpiLines;
import io.faultline.backend.kvm.sdei.SdeiDispatcher;
import io.faultline.backend.kvm.sdei.SdeiInjection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The VMM's side of SDEI events and private interrupts. */
final class KvmNotifications implements ChannelLines<SdeiEvent> {
    private static final SdeiEvent SOFTWARE_SIGNALLED =
            new SdeiEvent(Sdei.EVENT_SOFTWARE_SIGNALLED, SdeiEventType.PRIVATE, SdeiPriority.NORMAL);

    private final Optional<SdeiInjection> events;

    private KvmNotifications(Optional<SdeiDispatcher> dispatcher) {
        events = dispatcher.map(SdeiDispatcher::injection);
    }

    static EventNotifications of(Host host, Optional<SdeiDispatcher> dispatcher) {
        List<NotificationChannel> all = new ArrayList<>(host.request().channels());
        if (dispatcher.isPresent() && !all.contains(SOFTWARE_SIGNALLED)) {
            all.add(SOFTWARE_SIGNALLED);
        }
        PpiLines lines = new PpiLines(
                host, vcpu -> dispatcher.isPresent() && dispatcher.get().isDue(vcpu));
        return new CoreNotifications<>(
                host, KvmBackendProvider.ID, all, lines, SdeiEvent.class, new KvmNotifications(dispatcher));
    }

    @Override
    public DeliveryOutcome inject(SdeiEvent channel, int vcpu) {
        return events().inject(vcpu, channel.event());
    }

    @Override
    public DeliveryOutcome injectNow(SdeiEvent channel, int vcpu) {
        return events().injectNow(vcpu, channel.event());
    }

    @Override
    public boolean cancel(SdeiEvent channel, int vcpu) {
        return events().cancel(vcpu, channel.event());
    }

    @Override
    public ChannelState state(SdeiEvent channel, int vcpu) {
        return events().state(vcpu, channel.event());
    }

    /** A plan with events is refused if there is no dispatcher, so whoever has such a channel has this, too. */
    private SdeiInjection events() {
        return events.orElseThrow();
    }
}
