/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.pagefault;

import io.faultline.api.pagefault.Veto;
import io.faultline.backend.core.pagefault.FaultContext;
import io.faultline.backend.core.pagefault.ImmediateInterrupt;
import io.faultline.backend.core.pagefault.NotPresentRoute;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Not-present by an event. An event is an interrupt, so the guest is told only if the event interrupt can be taken in the
 * very exit of the access; otherwise the vCPU waits as if nobody had registered anything (xen.md 7.7, rule 1, XEN-194).
 *
 * @since 0.1
 */
public final class EventNotPresentRoute implements NotPresentRoute {
    /** The ring could not take the ready of one more fault. */
    public static final Veto RING_FULL =
            new Veto("ring-full", "the ring of ready has no room for one more fault (APF-137)");

    private static final Optional<Veto> NO_ROOM = Optional.of(RING_FULL);
    private static final Optional<Veto> NOT_ENABLED = Optional.of(Veto.NOT_ENABLED);
    private static final Optional<Veto> NOT_READY = Optional.of(Veto.EVENT_NOT_READY);
    private static final Optional<Veto> MASKED = Optional.of(Veto.EVENT_MASKED);
    private static final Optional<Veto> PENDING = Optional.of(Veto.EVENT_PENDING);

    private final Registrations registrations;
    private final ImmediateInterrupt interrupt;

    /**
     * Makes the route of a machine.
     *
     * @param registrations what the guest has registered
     * @param interrupt the event interrupt
     */
    public EventNotPresentRoute(Registrations registrations, ImmediateInterrupt interrupt) {
        this.registrations = Objects.requireNonNull(registrations, "registrations");
        this.interrupt = Objects.requireNonNull(interrupt, "interrupt");
    }

    @Override
    public Optional<Veto> obstacle(FaultContext fault) {
        int vcpu = fault.vcpu();
        Registration registration = registrations.of(vcpu);
        if (registration == null) {
            return NOT_ENABLED;
        }
        if (registration.room() < registrations.control().outstanding(vcpu) + 1 + RingReadyRoute.SPARE) {
            return NO_ROOM;
        }
        return switch (registrations.channels().readiness(registration.port(), vcpu)) {
            case NOWHERE -> NOT_READY;
            case MASKED -> MASKED;
            case BUSY -> PENDING;
            case SIGNALS -> interrupt.obstacle(vcpu);
        };
    }

    @Override
    public boolean isSlotFree(int vcpu) {
        Registration registration = registrations.of(vcpu);
        return registration != null && registration.area().state() == SharedArea.FREE;
    }

    /** If the interrupt is not taken after all, an event is left that tells of nothing, which a guest has to expect. */
    @Override
    public boolean deliver(FaultContext fault, long token) {
        int vcpu = fault.vcpu();
        @Nullable Registration registration = registrations.of(vcpu);
        if (registration == null) {
            return false;
        }
        registration.area().notPresent(token);
        registrations.channels().send(registration.port());
        if (!interrupt.take(vcpu)) {
            registration.area().withdraw();
            return false;
        }
        registration.hold(token);
        return true;
    }

    /** It is taken when it is delivered. */
    @Override
    public boolean withdraw(int vcpu, long token) {
        return false;
    }
}
