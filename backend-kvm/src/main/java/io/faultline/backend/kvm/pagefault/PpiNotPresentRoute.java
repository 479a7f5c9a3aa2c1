/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.pagefault.Veto;
import io.faultline.backend.core.pagefault.FaultContext;
import io.faultline.backend.core.pagefault.NotPresentRoute;
import io.faultline.backend.core.pagefault.Policy.Timing;
import io.faultline.hwmodel.cpu.ProcessingElement;
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
        return timing == Timing.ENTERED ? obstacleNow(vcpu, redistributor) : Optional.empty();
    }

    /** What keeps the interrupt from being taken before anything else. An edge would be remembered if it were tried. */
    private Optional<Veto> obstacleNow(int vcpu, Redistributor redistributor) {
        if (redistributor.isActive(machine.interrupt())) {
            return Optional.of(Veto.HANDLER_RUNNING);
        }
        if (redistributor.isEdgeTriggered(machine.interrupt())) {
            return Optional.of(Veto.INTERRUPTS_MASKED);
        }
        if (events.isDue(vcpu)) {
            return Optional.of(Veto.EVENT_PENDING);
        }
        redistributor.setLevel(machine.interrupt(), true);
        Optional<Veto> obstacle = obstacleOfPending(vcpu, redistributor);
        redistributor.setLevel(machine.interrupt(), false);
        return obstacle;
    }

    private Optional<Veto> obstacleOfPending(int vcpu, Redistributor redistributor) {
        if (!redistributor.wouldBeTaken(machine.interrupt())) {
            return Optional.of(Veto.INTERRUPTS_MASKED);
        }
        // Brings the timers up to date, one of which may go first.
        pe(vcpu).isInterruptPending();
        SystemRegister highest = redistributor.group(machine.interrupt()) == 1
                ? SystemRegister.ICC_HPPIR1_EL1
                : SystemRegister.ICC_HPPIR0_EL1;
        return redistributor.cpuInterface().read(highest) == machine.interrupt()
                ? Optional.empty()
                : Optional.of(Veto.EXCEPTION_PENDING);
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
        if (timing == Timing.ENTERED && !pe(vcpu).injectDueInterrupt()) {
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

    private ProcessingElement pe(int vcpu) {
        return machine.host().vcpu(vcpu).pe();
    }
}
