/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.pagefault.FaultTicket;
import io.faultline.api.pagefault.Veto;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One fault from its start to its end. Changed by the engine only. */
final class Fault {
    private long number;
    private int vcpu;
    private long page;
    private AccessKind access = AccessKind.READ;
    private FaultState state = FaultState.STARTED;
    private long token;
    private boolean replied;
    private Optional<Veto> veto = Optional.empty();

    /** Its neighbours in the lists of {@link FaultRegistry}. */
    final FaultLinks ofVcpu = new FaultLinks();

    final FaultLinks ofPage = new FaultLinks();
    final FaultLinks ofToken = new FaultLinks();

    /** What waits to be shown of it, or is shown. */
    @Nullable
    Notification notification;

    /**
     * Starts a life; whatever this object was before is over.
     *
     * @param number grows from fault to fault, so that faults can be put into their order
     */
    Fault begin(long newNumber, int newVcpu, long newPage, AccessKind by) {
        number = newNumber;
        vcpu = newVcpu;
        page = newPage;
        access = by;
        state = FaultState.STARTED;
        token = 0;
        replied = false;
        veto = Optional.empty();
        notification = null;
        return this;
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

    void veto(Optional<Veto> reason) {
        veto = reason;
    }

    FaultTicket ticket() {
        boolean told = state != FaultState.HIDDEN && state != FaultState.UNTOLD_QUEUED;
        return new FaultTicket(vcpu, page, access, state.phase(), told ? token : 0, veto);
    }
}
