/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;

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
        POWERED_DOWN
    }

    private static final Kind[] KINDS = Kind.values();

    private Kind kind = Kind.NOTHING;
    private long page;

    Kind kind() {
        return kind;
    }

    /** Returns the page that is waited for, or 0. */
    long page() {
        return page;
    }

    void forInterrupt() {
        kind = Kind.INTERRUPT;
        page = 0;
    }

    void poweredDown() {
        kind = Kind.POWERED_DOWN;
        page = 0;
    }

    void forPage(long address, boolean interruptible) {
        kind = interruptible ? Kind.PAGE_OR_INTERRUPT : Kind.PAGE;
        page = address;
    }

    @Override
    public String stateName() {
        return "wait";
    }

    /** Ends every wait. */
    @Override
    public void reset() {
        kind = Kind.NOTHING;
        page = 0;
    }

    @Override
    public void save(StateWriter writer) {
        writer.word("kind", kind.ordinal());
        writer.word("page", page);
    }

    @Override
    public void restore(StateReader reader) {
        kind = KINDS[reader.integer("kind", 0, KINDS.length - 1)];
        page = reader.word("page");
        if (!PageSize.isAligned(page)) {
            throw reader.invalid("page", "is not the address of a page");
        }
    }
}
