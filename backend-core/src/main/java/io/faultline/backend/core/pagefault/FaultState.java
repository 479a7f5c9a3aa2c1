/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.pagefault.FaultPhase;

/**
 * Where a fault is in its life, and as what it counts there.
 *
 * <p>Each state has one account. The accounts other than NONE partition the announced faults, which is why
 * announced = ready + covered by wake-all + cancelled + outstanding holds at every instant.
 */
enum FaultState {
    /** Not yet decided. */
    STARTED(Account.NONE, FaultPhase.HIDDEN),
    /** The guest was told; the page is on its way. */
    ANNOUNCED(Account.OUTSTANDING, FaultPhase.ANNOUNCED),
    /** The guest was not told; the page is on its way. */
    HIDDEN(Account.NONE, FaultPhase.HIDDEN),
    /** The guest was told and refused; the page is on its way. */
    DECLINED(Account.CANCELLED, FaultPhase.HIDDEN),
    /** The page is there; ready is to be shown. */
    READY_QUEUED(Account.OUTSTANDING, FaultPhase.READY_QUEUED),
    /** A wake-all that will end this fault is to be shown. */
    COVERED_QUEUED(Account.OUTSTANDING, FaultPhase.READY_QUEUED),
    /** Ready is shown and not acknowledged. */
    READY_SHOWN(Account.READY, FaultPhase.READY_SHOWN),
    /** The page of a fault that was not announced is there; ready is to be shown all the same. */
    UNTOLD_QUEUED(Account.NONE, FaultPhase.READY_QUEUED),
    /** Ready for a fault that was not announced is shown and not acknowledged. */
    UNTOLD_SHOWN(Account.NONE, FaultPhase.READY_SHOWN),
    /** Ended: ready was shown. */
    ENDED_READY(Account.READY),
    /** Ended: a wake-all was shown. */
    ENDED_COVERED(Account.COVERED),
    /** Ended without a notification after the guest was told. */
    ENDED_CANCELLED(Account.CANCELLED),
    /** Ended; the guest was never told. */
    ENDED_SILENT(Account.NONE);

    /** What an announced fault counts as. */
    enum Account {
        NONE,
        OUTSTANDING,
        READY,
        COVERED,
        CANCELLED
    }

    private static final FaultState[] STATES = values();

    private final Account account;
    private final FaultPhase phase;
    private final boolean over;

    /** A state that ends the life. */
    FaultState(Account account) {
        this(account, FaultPhase.HIDDEN, true);
    }

    FaultState(Account account, FaultPhase phase) {
        this(account, phase, false);
    }

    FaultState(Account account, FaultPhase phase, boolean over) {
        this.account = account;
        this.phase = phase;
        this.over = over;
    }

    static FaultState of(int ordinal) {
        return STATES[ordinal];
    }

    static int count() {
        return STATES.length;
    }

    Account account() {
        return account;
    }

    /** As the VMM sees it; meaningless if it is over. */
    FaultPhase phase() {
        return phase;
    }

    boolean isOver() {
        return over;
    }

    /** Whether the page is still awaited: a further access by the same vCPU belongs to this fault. */
    boolean awaitsPage() {
        return this == ANNOUNCED || this == HIDDEN || this == DECLINED;
    }

    /** Whether the page is awaited and no notification will follow that the guest knows of. */
    boolean isUnannounced() {
        return this == HIDDEN || this == DECLINED;
    }

    /** Whether a notification that will end the fault waits to be shown. */
    boolean isQueued() {
        return this == READY_QUEUED || this == UNTOLD_QUEUED;
    }

    boolean isShown() {
        return this == READY_SHOWN || this == UNTOLD_SHOWN;
    }
}
