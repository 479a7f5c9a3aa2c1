/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.pagefault.FaultTicket;
import io.faultline.api.pagefault.Veto;
import java.util.Optional;

/** One fault from its start to its end. Changed by the engine only. */
final class Fault {
    private final long number;
    private final int vcpu;
    private final long page;
    private final AccessKind access;
    private FaultState state = FaultState.STARTED;
    private long token;
    private boolean replied;
    private Optional<Veto> veto = Optional.empty();

    /**
     * Starts a life.
     *
     * @param number grows from fault to fault, so that faults can be put into their order
     */
    Fault(long number, int vcpu, long page, AccessKind access) {
        this.number = number;
        this.vcpu = vcpu;
        this.page = page;
        this.access = access;
    }

    /** Puts a saved fault back. */
    Fault(long number, int vcpu, long page, AccessKind access, FaultState state, long token, boolean replied) {
        this(number, vcpu, page, access);
        this.state = state;
        this.token = token;
        this.replied = replied;
    }

    long number() {
        return number;
    }

    int vcpu() {
        return vcpu;
    }

    long page() {
        return page;
    }

    AccessKind access() {
        return access;
    }

    FaultState state() {
        return state;
    }

    void state(FaultState next) {
        state = next;
    }

    long token() {
        return token;
    }

    void token(long value) {
        token = value;
    }

    /** Whether the guest has answered not-present, or need not. */
    boolean isReplied() {
        return replied;
    }

    void replied(boolean value) {
        replied = value;
    }

    Optional<Veto> veto() {
        return veto;
    }

    void veto(Veto reason) {
        veto = Optional.of(reason);
    }

    /** Whether a token belongs to this fault, so that it must not be used again. */
    boolean holds(long other) {
        return token == other && !state.isOver();
    }

    FaultTicket ticket() {
        boolean told = state != FaultState.HIDDEN && state != FaultState.UNTOLD_QUEUED;
        return new FaultTicket(vcpu, page, access, state.phase(), told ? token : 0, veto);
    }
}
