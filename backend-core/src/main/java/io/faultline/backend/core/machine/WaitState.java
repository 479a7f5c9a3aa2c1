/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.hwmodel.timer.VirtualClock;

/** What a vCPU waits for. */
final class WaitState implements StateElement {
    /** The things a vCPU can wait for; the order is part of saved state. */
    enum Kind {
        /** Nothing: it executes. */
        NOTHING,
        /** An interrupt or an event of the personality, after WFI or CPU_SUSPEND. */
        INTERRUPT,
        /** A page, while interrupts and events are still taken. */
        PAGE_OR_INTERRUPT,
        /** A page and nothing else. */
        PAGE,
        /** An interrupt or an event of the personality, without a context to go back to. */
        POWERED_DOWN,
        /** An interrupt that was not pending at first, an event of the personality, or a time: after a call. */
        BLOCKED
    }

    /** No interrupt was pending when the wait began. */
    static final int NO_INTERRUPT = 0xFFFF;

    private static final Kind[] KINDS = Kind.values();

    private Kind kind = Kind.NOTHING;
    private long page;
    private long deadline = VirtualClock.NEVER;
    /** The interrupt that was pending at first, or {@link #NO_INTERRUPT}. */
    private int disregarded = NO_INTERRUPT;

    Kind kind() {
        return kind;
    }

    /** Returns the page that is waited for, or 0. */
    long page() {
        return page;
    }

    /** Returns when a wait of kind BLOCKED ends by itself. */
    long deadline() {
        return deadline;
    }

    /** Returns the interrupt that does not end a wait of kind BLOCKED as long as it cannot be taken. */
    int disregarded() {
        return disregarded;
    }

    void forInterrupt() {
        begin(Kind.INTERRUPT);
    }

    void poweredDown() {
        begin(Kind.POWERED_DOWN);
    }

    void forPage(long address, boolean interruptible) {
        begin(interruptible ? Kind.PAGE_OR_INTERRUPT : Kind.PAGE);
        page = address;
    }

    void blocked(long until, int pending) {
        begin(Kind.BLOCKED);
        deadline = until;
        disregarded = pending;
    }

    private void begin(Kind what) {
        kind = what;
        page = 0;
        deadline = VirtualClock.NEVER;
        disregarded = NO_INTERRUPT;
    }

    @Override
    public String stateName() {
        return "wait";
    }

    /** Ends every wait. */
    @Override
    public void reset() {
        begin(Kind.NOTHING);
    }

    @Override
    public void save(StateWriter writer) {
        writer.word("kind", kind.ordinal());
        writer.word("page", page);
        writer.word("deadline", deadline);
        writer.word("disregarded", disregarded);
    }

    @Override
    public void restore(StateReader reader) {
        kind = KINDS[reader.integer("kind", 0, KINDS.length - 1)];
        page = reader.word("page");
        if (!PageSize.isAligned(page)) {
            throw reader.invalid("page", "is not the address of a page");
        }
        deadline = reader.word("deadline");
        disregarded = reader.integer("disregarded", 0, NO_INTERRUPT);
    }
}
