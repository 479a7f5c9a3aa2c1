/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.api.pagefault.Veto;
import io.faultline.backend.core.pagefault.FaultContext;
import io.faultline.backend.core.pagefault.ImmediateInterrupt;
import io.faultline.backend.core.pagefault.NotPresentRoute;
import io.faultline.backend.core.pagefault.Policy.Timing;
import io.faultline.hwmodel.gic.Redistributor;
import java.util.Objects;
import java.util.Optional;

/**
 * Not-present by the PPI that also carries ready (async-page-fault.md, 3.8). The line is high from the time at which it is
 * shown until the guest acknowledges it.
 *
 * <p>It is left pending, or the interrupt is taken in the exit of the access, if that can be done (3.4, item 6). Whether a
 * guest has read a pending not-present cannot be told, so it is never withdrawn.
 *
 * @since 0.1
 */
public final class PpiNotPresentRoute implements NotPresentRoute {
    private final ApfMachine machine;
    private final EventActivity events;
    private final Timing timing;
    private final ImmediateInterrupt interrupt;

    /**
     * Makes the route of a machine.
     *
     * @param machine the machine
     * @param events what goes before interrupts
     * @param timing PENDING, or ENTERED for an interrupt that is taken at once
     */
    public PpiNotPresentRoute(ApfMachine machine, EventActivity events, Timing timing) {
        this.machine = Objects.requireNonNull(machine, "machine");
        this.events = Objects.requireNonNull(events, "events");
        this.timing = Objects.requireNonNull(timing, "timing");
        this.interrupt = new ImmediateInterrupt(machine.host(), machine.interrupt());
    }

    @Override
    public Optional<Veto> obstacle(FaultContext fault) {
        int vcpu = fault.vcpu();
        Redistributor redistributor = redistributor(vcpu);
        if (events.isHandlerRunning(vcpu)) {
            return Optional.of(Veto.HANDLER_RUNNING);
        }
        if (!redistributor.isEnabled(machine.interrupt())) {
            return Optional.of(Veto.INTERRUPTS_MASKED);
        }
        if (timing != Timing.ENTERED) {
            return Optional.empty();
        }
        return events.isDue(vcpu) && !redistributor.isActive(machine.interrupt())
                ? Optional.of(Veto.EVENT_PENDING)
                : interrupt.obstacle(vcpu);
    }

    /** One at a time, ready included: an acknowledgement says only that the one which is shown is done with. */
    @Override
    public boolean isSlotFree(int vcpu) {
        return machine.area().isPresent(vcpu)
                && machine.area().isFree(vcpu)
                && !machine.blocks().isUnacknowledged(vcpu)
                && !redistributor(vcpu).isLineHigh(machine.interrupt());
    }

    @Override
    public boolean deliver(FaultContext fault, long token) {
        int vcpu = fault.vcpu();
        if (!machine.area().isPresent(vcpu)) {
            return false;
        }
        machine.area().write(vcpu, AreaAccess.NOT_PRESENT, token);
        machine.blocks().show(vcpu, token);
        redistributor(vcpu).setLevel(machine.interrupt(), true);
        if (timing == Timing.ENTERED && !interrupt.take(vcpu)) {
            machine.blocks().acknowledge(vcpu);
            redistributor(vcpu).setLevel(machine.interrupt(), false);
            machine.area().withdraw(vcpu, AreaAccess.NOT_PRESENT, token);
            return false;
        }
        return true;
    }

    @Override
    public boolean withdraw(int vcpu, long token) {
        return false;
    }

    private Redistributor redistributor(int vcpu) {
        return machine.host().gic().redistributor(vcpu);
    }
}
