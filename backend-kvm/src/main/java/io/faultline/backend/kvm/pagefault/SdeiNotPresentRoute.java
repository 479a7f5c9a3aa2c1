/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.pagefault.Veto;
import io.faultline.backend.core.pagefault.FaultContext;
import io.faultline.backend.core.pagefault.GuestReply;
import io.faultline.backend.core.pagefault.NotPresentRoute;
import io.faultline.backend.kvm.sdei.SdeiEventListener;
import io.faultline.backend.kvm.sdei.SdeiInjector;
import java.util.Objects;
import java.util.Optional;

/**
 * Not-present by an SDEI event that is taken before the next instruction, with the token in the shared area. The guest's
 * answer is how it ends the handler: COMPLETE_AND_RESUME to handle the fault asynchronously, COMPLETE with any status to
 * have it resolved synchronously (APF-081 to APF-083).
 *
 * @since 0.1
 */
public final class SdeiNotPresentRoute implements NotPresentRoute, SdeiEventListener {
    private final ApfMachine machine;
    private final SdeiInjector events;
    private final int event;

    /**
     * Makes the route of a machine.
     *
     * @param machine the machine
     * @param events raises the event
     * @param event number of a private event
     */
    public SdeiNotPresentRoute(ApfMachine machine, SdeiInjector events, int event) {
        this.machine = Objects.requireNonNull(machine, "machine");
        this.events = Objects.requireNonNull(events, "events");
        this.event = event;
    }

    @Override
    public Optional<Veto> obstacle(FaultContext fault) {
        return events.obstacle(fault.vcpu(), event);
    }

    @Override
    public boolean isSlotFree(int vcpu) {
        return machine.area().isPresent(vcpu) && machine.area().isFree(vcpu);
    }

    /** The words are written first, so that the handler finds them; they are taken back if the event cannot be raised. */
    @Override
    public boolean deliver(FaultContext fault, long token) {
        int vcpu = fault.vcpu();
        if (!machine.area().isPresent(vcpu)) {
            return false;
        }
        machine.area().write(vcpu, AreaAccess.NOT_PRESENT, token);
        DeliveryOutcome outcome = events.injectNow(vcpu, event);
        if (outcome.kind() != DeliveryOutcome.Kind.DELIVERED) {
            machine.area().withdraw(vcpu, AreaAccess.NOT_PRESENT, token);
            return false;
        }
        machine.blocks().hold(vcpu, token);
        return true;
    }

    @Override
    public boolean withdraw(int vcpu, long token) {
        if (machine.blocks().inHand(vcpu) != token || !events.cancel(vcpu, event)) {
            return false;
        }
        machine.blocks().answer(vcpu);
        machine.area().withdraw(vcpu, AreaAccess.NOT_PRESENT, token);
        return true;
    }

    @Override
    public void completed(int vcpu, int completed, boolean resumed, boolean failed) {
        long token = takeInHand(vcpu);
        if (token != ControlBlocks.NOTHING) {
            machine.control().answer(vcpu, token, resumed ? GuestReply.ASYNCHRONOUS : GuestReply.SYNCHRONOUS);
        }
    }

    @Override
    public void dropped(int vcpu, int dropped) {
        long token = takeInHand(vcpu);
        if (token != ControlBlocks.NOTHING) {
            machine.area().withdraw(vcpu, AreaAccess.NOT_PRESENT, token);
            machine.control().lost(vcpu, token);
        }
    }

    private long takeInHand(int vcpu) {
        long token = machine.blocks().inHand(vcpu);
        machine.blocks().answer(vcpu);
        return token;
    }
}
