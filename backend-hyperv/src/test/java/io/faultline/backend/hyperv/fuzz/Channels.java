/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.notification.ChannelState;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.notification.NotificationChannel.Synic;
import java.util.List;

/** What the VMM triggers by channels that it has named in the plan of a machine. */
final class Channels {
    static final List<Synic> PLANNED = List.of(new Synic(2, 5), new Synic(3, 2047), new Synic(2, 0), new Synic(15, 64));
    static final int INJECT = 0;
    static final int INJECT_NOW = 1;
    static final int CANCEL = 2;
    static final int STATE = 3;

    private static final Synic UNPLANNED = new Synic(2, 6);

    private final FuzzMachine machine;

    Channels(FuzzMachine machine) {
        this.machine = machine;
    }

    /** Does something with a channel of the plan, or with one that is not in it. */
    void apply(int index, int vcpu, int how) {
        boolean isPlanned = index >= 0 && index < PLANNED.size();
        Synic channel = isPlanned ? PLANNED.get(index) : UNPLANNED;
        boolean isVcpu = vcpu >= 0 && vcpu < machine.vcpus();
        String expected = isPlanned && isVcpu ? modelled(channel, vcpu, how) : ErrorId.INVALID_ARGUMENT.name();
        String found;
        try {
            found = really(channel, vcpu, how);
        } catch (HypervisorException refused) {
            found = refused.id().name();
        }
        if (how == INJECT_NOW) {
            // The interrupt is tried before anything happens: what has become of it shows.
            machine.insides().raised.clear();
            machine.model.synic.raised.clear();
        }
        if (!found.equals(expected)) {
            throw new FuzzWorld.Broken("the VMM is told " + found + " of " + channel + " instead of " + expected);
        }
    }

    private String really(Synic channel, int vcpu, int how) {
        EventNotifications side = machine.machine().notifications().orElseThrow();
        return switch (how) {
            case INJECT -> side.inject(channel, vcpu).kind().name();
            case INJECT_NOW -> side.injectNow(channel, vcpu).kind().name();
            case CANCEL -> String.valueOf(side.cancel(channel, vcpu));
            default -> side.state(channel, vcpu).toString();
        };
    }

    private String modelled(Synic channel, int vcpu, int how) {
        SynicModel synic = machine.model.synic;
        int source = channel.source();
        boolean isReady = synic.takesSignals(vcpu, source);
        boolean isSet = synic.isSet(vcpu, source, channel.flag());
        int vector = synic.vector(vcpu, source);
        return switch (how) {
            case INJECT -> {
                synic.direct(vcpu, source, channel.flag());
                yield (!isReady
                                ? DeliveryOutcome.Kind.REJECTED
                                : isSet
                                        ? DeliveryOutcome.Kind.COALESCED
                                        : vector != 0 && takes(vcpu, vector)
                                                ? DeliveryOutcome.Kind.DELIVERED
                                                : DeliveryOutcome.Kind.PENDING)
                        .name();
            }
            case INJECT_NOW -> {
                boolean isPending = vector != 0 && (synic.pending[vcpu] >>> vector & 1) != 0;
                if (!isReady || isSet || vector == 0 || isPending || !takesNow(vcpu, vector)) {
                    yield DeliveryOutcome.Kind.REJECTED.name();
                }
                synic.direct(vcpu, source, channel.flag());
                yield DeliveryOutcome.Kind.DELIVERED.name();
            }
            case CANCEL -> "false";
            default -> new ChannelState(isReady, synic.takesFlags(vcpu) && isSet, false).toString();
        };
    }

    /** Whether a vCPU would take an interrupt next, if it became pending. */
    private boolean takesNow(int vcpu, int vector) {
        int pending = machine.model.synic.pending[vcpu] | 1 << vector;
        boolean isMasked = new ProcessorState(machine.vcpu(vcpu).read(CoreRegister.PSTATE)).has(ProcessorState.I);
        return machine.vcpu(vcpu).isOn() && !isMasked && Integer.numberOfTrailingZeros(pending) == vector;
    }

    private boolean takes(int vcpu, int vector) {
        return (machine.model.synic.pending[vcpu] >>> vector & 1) != 0 && takesNow(vcpu, vector);
    }
}
