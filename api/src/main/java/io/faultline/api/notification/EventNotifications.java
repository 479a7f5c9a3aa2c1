/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.notification;

import java.util.List;

/**
 * The VMM's side of event notification.
 *
 * <p>Called by the thread that drives the machine, never while a vCPU runs. A channel that is not in
 * {@link #channels()} is refused with INVALID_ARGUMENT; a vCPU index that the machine does not have, too.
 *
 * @since 0.1
 */
public interface EventNotifications {
    /**
     * Returns the channels that the VMM can use: those of the plan, and SDEI event 0 if there is a dispatcher.
     *
     * @return the channels in the order of the plan
     */
    List<NotificationChannel> channels();

    /**
     * Raises an event once: an SDEI trigger, or an edge on an interrupt line.
     *
     * @param channel the channel
     * @param vcpu index of the vCPU; for a shared SDEI event, the vCPU that is asked first
     * @return what became of it
     */
    DeliveryOutcome inject(NotificationChannel channel, int vcpu);

    /**
     * Raises an event only if the target can take it at once; otherwise nothing is latched (SDEI-197).
     *
     * @param channel the channel
     * @param vcpu index of the vCPU
     * @return DELIVERED or REJECTED
     */
    DeliveryOutcome injectNow(NotificationChannel channel, int vcpu);

    /**
     * Drives the line of a level-triggered channel.
     *
     * @param channel a channel with trigger LEVEL
     * @param vcpu index of the vCPU
     * @param high the level from now on
     * @throws io.faultline.api.error.HypervisorException with INVALID_ARGUMENT if the channel has no level
     */
    void setLevel(NotificationChannel channel, int vcpu, boolean high);

    /**
     * Withdraws a latched event (SDEI-198).
     *
     * @param channel the channel
     * @param vcpu index of the vCPU
     * @return true if an event was latched and no longer is; false if there was none or the guest is handling it
     */
    boolean cancel(NotificationChannel channel, int vcpu);

    /**
     * Returns the state of a channel.
     *
     * @param channel the channel
     * @param vcpu index of the vCPU
     * @return the state
     */
    ChannelState state(NotificationChannel channel, int vcpu);
}
