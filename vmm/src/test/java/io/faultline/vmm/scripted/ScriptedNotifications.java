/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.scripted;

import io.faultline.api.notification.ChannelState;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.notification.NotificationChannel;
import java.util.ArrayList;
import java.util.List;

/** Channels that are ready when a script says so, and a record of what was injected. */
public final class ScriptedNotifications implements EventNotifications {
    private final List<NotificationChannel> channels;
    private final List<Integer> injected = new ArrayList<>();
    private boolean ready;
    private boolean rejecting;

    ScriptedNotifications(List<NotificationChannel> channels) {
        this.channels = channels;
    }

    /** The guest enables its events. */
    public void enable() {
        ready = true;
    }

    /** The next injection is refused. */
    public void rejectOnce() {
        rejecting = true;
    }

    /** The vCPUs that were asked first, in order. */
    public List<Integer> injected() {
        return injected;
    }

    @Override
    public List<NotificationChannel> channels() {
        return channels;
    }

    @Override
    public DeliveryOutcome inject(NotificationChannel channel, int vcpu) {
        if (rejecting) {
            rejecting = false;
            return DeliveryOutcome.rejected("a script says so");
        }
        injected.add(vcpu);
        return DeliveryOutcome.DELIVERED;
    }

    @Override
    public DeliveryOutcome injectNow(NotificationChannel channel, int vcpu) {
        return inject(channel, vcpu);
    }

    @Override
    public void setLevel(NotificationChannel channel, int vcpu, boolean high) {
        throw new UnsupportedOperationException("not needed by these tests");
    }

    @Override
    public boolean cancel(NotificationChannel channel, int vcpu) {
        throw new UnsupportedOperationException("not needed by these tests");
    }

    @Override
    public ChannelState state(NotificationChannel channel, int vcpu) {
        return new ChannelState(ready, false, false);
    }
}
