/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.pagefault;

import io.faultline.backend.core.pagefault.ReadyRoute;
import java.util.Objects;

/**
 * Ready by an entry of the ring and an event on the same port. The ring carries how many there are, the event only says that
 * the guest is to look (xen.md 7.7, rule 4). An entry is shown when it is written; what has no place waits in the engine.
 *
 * @since 0.1
 */
public final class RingReadyRoute implements ReadyRoute {
    /** The token of a wake-all. */
    public static final long WAKE_ALL = 0xFFFF_FFFFL;
    /** Places of a ring that are kept for a wake-all. */
    static final int SPARE = 1;

    private final Registrations registrations;

    /**
     * Makes the route of a machine.
     *
     * @param registrations what the guest has registered
     */
    public RingReadyRoute(Registrations registrations) {
        this.registrations = Objects.requireNonNull(registrations, "registrations");
    }

    @Override
    public boolean isSlotFree(int vcpu) {
        Registration registration = registrations.of(vcpu);
        return registration != null && registration.room() > 0;
    }

    @Override
    public boolean isOpen(int vcpu) {
        return true;
    }

    /** A port that the guest has masked is pending then; one that it has closed is left alone. */
    @Override
    public boolean show(int vcpu, long token) {
        Registration registration = registrations.of(vcpu);
        if (registration == null || registration.room() == 0) {
            return false;
        }
        registration.append(token == WAKE_ALL ? SharedArea.WAKE_ALL : SharedArea.READY, token);
        if (registrations.channels().isOwn(registration.port(), vcpu)) {
            registrations.channels().send(registration.port());
        }
        return true;
    }

    @Override
    public void acknowledged(int vcpu) {
        // The guest's consumer index says all.
    }

    @Override
    public void cancel(int vcpu) {
        // What is in the ring is the guest's.
    }

    @Override
    public long wakeAllToken() {
        return WAKE_ALL;
    }
}
