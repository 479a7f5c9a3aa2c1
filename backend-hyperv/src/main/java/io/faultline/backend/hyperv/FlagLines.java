/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import io.faultline.api.arm64.InterruptId;
import io.faultline.api.notification.ChannelState;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.notification.NotificationChannel.Ppi;
import io.faultline.api.notification.NotificationChannel.Synic;
import io.faultline.api.notification.Trigger;
import io.faultline.backend.core.machine.ChannelLines;
import io.faultline.backend.core.machine.CoreNotifications;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.PpiLines;
import io.faultline.backend.hyperv.hypercall.Status;
import io.faultline.backend.hyperv.partition.SynicAccess;
import io.faultline.backend.hyperv.synic.Sint;

/** The VMM's ends of event flags: those that the request names, without a port. The guest chooses the interrupt. */
final class FlagLines implements ChannelLines<Synic> {
    private final SynicAccess synic;
    private final PpiLines lines;

    private FlagLines(SynicAccess synic, PpiLines lines) {
        this.synic = synic;
        this.lines = lines;
    }

    static EventNotifications of(Host host, SynicAccess synic) {
        PpiLines lines = new PpiLines(host, vcpu -> false);
        return new CoreNotifications<>(
                host,
                HypervBackendProvider.ID,
                host.request().channels(),
                lines,
                Synic.class,
                new FlagLines(synic, lines));
    }

    private long sint(Synic channel, int vcpu) {
        return synic.controllers().sint(vcpu, channel.source());
    }

    private Ppi interrupt(Synic channel, int vcpu) {
        return new Ppi(new InterruptId(Sint.vector(sint(channel, vcpu))), Trigger.EDGE);
    }

    private boolean isSet(Synic channel, int vcpu) {
        return synic.flags().isSet(vcpu, channel.source(), channel.flag());
    }

    private boolean interrupts(Synic channel, int vcpu) {
        return synic.rules().interrupts(sint(channel, vcpu));
    }

    private DeliveryOutcome refusal(Synic channel, int vcpu) {
        return DeliveryOutcome.rejected(
                synic.flags().isReceiving(vcpu)
                        ? "synthetic interrupt source " + channel.source() + " of vCPU " + vcpu + " is masked"
                        : "the guest has no page of event flags on vCPU " + vcpu);
    }

    private static String silence(Synic channel) {
        return "the guest polls synthetic interrupt source " + channel.source();
    }

    @Override
    public DeliveryOutcome inject(Synic channel, int vcpu) {
        boolean before = isSet(channel, vcpu);
        if (synic.flags().signal(vcpu, channel.source(), channel.flag()) != Status.SUCCESS) {
            return refusal(channel, vcpu);
        }
        if (before) {
            return DeliveryOutcome.coalesced();
        }
        if (!interrupts(channel, vcpu)) {
            return DeliveryOutcome.pending(silence(channel));
        }
        String obstacle = lines.obstacle(interrupt(channel, vcpu), vcpu);
        return obstacle.isEmpty() ? DeliveryOutcome.DELIVERED : DeliveryOutcome.pending(obstacle);
    }

    /** The interrupt is tried first: if it is taken at once, the flag is there when it is. */
    @Override
    public DeliveryOutcome injectNow(Synic channel, int vcpu) {
        if (!synic.flags().canSignal(vcpu, channel.source())) {
            return refusal(channel, vcpu);
        }
        if (isSet(channel, vcpu)) {
            return DeliveryOutcome.rejected("event flag " + channel.flag() + " is already set");
        }
        if (!interrupts(channel, vcpu)) {
            return DeliveryOutcome.rejected(silence(channel));
        }
        Ppi interrupt = interrupt(channel, vcpu);
        ChannelState before = lines.state(interrupt, vcpu);
        if (before.pending() || before.active()) {
            return DeliveryOutcome.rejected(
                    interrupt.interrupt() + (before.pending() ? " is already pending" : " is active"));
        }
        synic.requests().raise(vcpu, interrupt.interrupt().number());
        String obstacle = lines.obstacle(interrupt, vcpu);
        if (!obstacle.isEmpty()) {
            lines.cancel(interrupt, vcpu);
            return DeliveryOutcome.rejected(obstacle);
        }
        synic.flags().signal(vcpu, channel.source(), channel.flag());
        return DeliveryOutcome.DELIVERED;
    }

    /** What a guest can see cannot be taken back. */
    @Override
    public boolean cancel(Synic channel, int vcpu) {
        return false;
    }

    @Override
    public ChannelState state(Synic channel, int vcpu) {
        boolean isActive = interrupts(channel, vcpu)
                && lines.state(interrupt(channel, vcpu), vcpu).active();
        return new ChannelState(
                synic.flags().canSignal(vcpu, channel.source()),
                synic.flags().isReceiving(vcpu) && isSet(channel, vcpu),
                isActive);
    }
}
