/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.notification.ChannelState;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.NotificationChannel;

/**
 * The channels of a kind that only one backend has, for {@link CoreNotifications}: the channel is one of the machine, and
 * the vCPU exists.
 *
 * @param <C> the kind
 * @since 0.1
 */
public interface ChannelLines<C extends NotificationChannel> {
    /**
     * Raises an event, as {@link io.faultline.api.notification.EventNotifications#inject} does.
     *
     * @param channel the channel
     * @param vcpu index of the vCPU
     * @return what became of it
     */
    DeliveryOutcome inject(C channel, int vcpu);

    /**
     * Raises an event if it is taken at once, as {@link io.faultline.api.notification.EventNotifications#injectNow} does.
     *
     * @param channel the channel
     * @param vcpu index of the vCPU
     * @return what became of it
     */
    DeliveryOutcome injectNow(C channel, int vcpu);

    /**
     * Takes an event back, as {@link io.faultline.api.notification.EventNotifications#cancel} does.
     *
     * @param channel the channel
     * @param vcpu index of the vCPU
     * @return true if it was pending and is not any more
     */
    boolean cancel(C channel, int vcpu);

    /**
     * Returns the state of a channel.
     *
     * @param channel the channel
     * @param vcpu index of the vCPU
     * @return its state
     */
    ChannelState state(C channel, int vcpu);
}
