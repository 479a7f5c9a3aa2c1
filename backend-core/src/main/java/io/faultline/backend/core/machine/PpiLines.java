/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.notification.ChannelState;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.NotificationChannel.Ppi;
import io.faultline.api.notification.Trigger;
import io.faultline.hwmodel.gic.Redistributor;
import java.util.function.IntPredicate;

/**
 * The input lines of private peripheral interrupts that the VMM drives: what a backend answers on a channel of kind
 * {@link Ppi}. Used by the thread that drives the machine.
 *
 * @since 0.1
 */
public final class PpiLines {
    /** GICR_ICPENDR0, in the second frame of a redistributor. */
    private static final long CLEAR_PENDING = 0x1_0280;

    private final Host host;
    private final IntPredicate eventDue;

    /**
     * Makes the lines.
     *
     * @param host the machine
     * @param eventDue tells whether a vCPU takes an event of higher rank than any interrupt first
     */
    public PpiLines(Host host, IntPredicate eventDue) {
        this.host = host;
        this.eventDue = eventDue;
    }

    /**
     * Pulses the line of an edge-triggered interrupt.
     *
     * @param channel the interrupt
     * @param vcpu index of the vCPU
     * @return DELIVERED if it is taken before the next instruction, PENDING with the obstacle if it is not, COALESCED if
     *     it was pending before; REJECTED if the line is level-sensitive, to the VMM or to the guest
     */
    public DeliveryOutcome inject(Ppi channel, int vcpu) {
        int intid = channel.interrupt().number();
        Redistributor redistributor = redistributor(vcpu);
        if (channel.trigger() == Trigger.LEVEL) {
            return DeliveryOutcome.rejected(channel.interrupt() + " is level-sensitive: drive its line with setLevel");
        }
        boolean before = redistributor.isPending(intid);
        redistributor.pulse(intid);
        if (!redistributor.isPending(intid)) {
            return DeliveryOutcome.rejected(
                    "the guest has configured " + channel.interrupt() + " as level-sensitive, which forgets a pulse");
        }
        if (before) {
            return DeliveryOutcome.coalesced();
        }
        String obstacle = obstacle(channel, vcpu);
        return obstacle.isEmpty() ? DeliveryOutcome.DELIVERED : DeliveryOutcome.pending(obstacle);
    }

    /**
     * Pulses the line of an edge-triggered interrupt, if it is taken before the next instruction.
     *
     * @param channel the interrupt
     * @param vcpu index of the vCPU
     * @return DELIVERED, or REJECTED with the obstacle; nothing has changed then
     */
    public DeliveryOutcome injectNow(Ppi channel, int vcpu) {
        if (redistributor(vcpu).isPending(channel.interrupt().number())) {
            return DeliveryOutcome.rejected(channel.interrupt() + " is already pending");
        }
        DeliveryOutcome outcome = inject(channel, vcpu);
        if (outcome.kind() != DeliveryOutcome.Kind.PENDING) {
            return outcome;
        }
        clearPending(channel, vcpu);
        return DeliveryOutcome.rejected(outcome.detail());
    }

    /**
     * Drives the line.
     *
     * @param channel the interrupt
     * @param vcpu index of the vCPU
     * @param high true for asserted
     */
    public void setLevel(Ppi channel, int vcpu, boolean high) {
        redistributor(vcpu).setLevel(channel.interrupt().number(), high);
    }

    /**
     * Takes an edge back that the guest has not taken.
     *
     * @param channel the interrupt
     * @param vcpu index of the vCPU
     * @return false if there is nothing to take back, or the interrupt is active or level-sensitive
     */
    public boolean cancel(Ppi channel, int vcpu) {
        int intid = channel.interrupt().number();
        Redistributor redistributor = redistributor(vcpu);
        if (channel.trigger() == Trigger.LEVEL || !redistributor.isPending(intid) || redistributor.isActive(intid)) {
            return false;
        }
        clearPending(channel, vcpu);
        return true;
    }

    /**
     * Returns what the interrupt controller holds.
     *
     * @param channel the interrupt
     * @param vcpu index of the vCPU
     * @return enabled, pending, active
     */
    public ChannelState state(Ppi channel, int vcpu) {
        int intid = channel.interrupt().number();
        Redistributor redistributor = redistributor(vcpu);
        return new ChannelState(
                redistributor.isEnabled(intid), redistributor.isPending(intid), redistributor.isActive(intid));
    }

    private Redistributor redistributor(int vcpu) {
        return host.gic().redistributor(vcpu);
    }

    private void clearPending(Ppi channel, int vcpu) {
        host.gic()
                .redistributorFrame(vcpu)
                .write(
                        CLEAR_PENDING,
                        AccessWidth.WORD,
                        1L << channel.interrupt().number());
    }

    /**
     * Tells what keeps a pending interrupt from being taken before the next instruction.
     *
     * @param channel the interrupt
     * @param index index of the vCPU
     * @return the obstacle, for people; empty if there is none
     */
    public String obstacle(Ppi channel, int index) {
        int intid = channel.interrupt().number();
        VirtualProcessor vcpu = host.vcpu(index);
        Redistributor redistributor = redistributor(index);
        if (!vcpu.isOn()) {
            return "vCPU " + index + " is off";
        }
        if (!redistributor.isEnabled(intid)) {
            return channel.interrupt() + " is not enabled";
        }
        if (!redistributor.wouldBeTaken(intid)) {
            return channel.interrupt() + " is active, its group is off, or its priority is too low";
        }
        boolean irq = redistributor.group(intid) == 1;
        SystemRegister highest = irq ? SystemRegister.ICC_HPPIR1_EL1 : SystemRegister.ICC_HPPIR0_EL1;
        if (redistributor.cpuInterface().read(highest) != intid) {
            return "another interrupt goes first on vCPU " + index;
        }
        if (vcpu.pe().pstate().has(irq ? ProcessorState.I : ProcessorState.F)) {
            return "interrupts are masked on vCPU " + index;
        }
        return eventDue.test(index) ? "an event goes first on vCPU " + index : "";
    }
}
