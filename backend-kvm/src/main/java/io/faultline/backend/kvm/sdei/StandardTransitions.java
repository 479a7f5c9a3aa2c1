/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import static io.faultline.api.sdei.Sdei.DENIED;
import static io.faultline.api.sdei.Sdei.PENDING;
import static io.faultline.api.sdei.Sdei.SUCCESS;

import jakarta.inject.Inject;

/**
 * The transition table of sdei.md, 2.5 (section 6.1.2 of the specification).
 *
 * @since 0.1
 */
public final class StandardTransitions implements HandlerTransitions {
    /** Unregistered, registered, enabled, each of the two running, and waiting to be unregistered: the columns. */
    private static final int[] STATES = {0, 1, 3, 5, 7, 4};

    private static final int BIT_COMBINATIONS = 8;

    /** Stands for the present state while the table is made. */
    private static final int KEEP = -1;

    private final Transition[][] table = new Transition[HandlerOperation.values().length][BIT_COMBINATIONS];

    /** Makes the table. */
    @Inject
    public StandardTransitions() {
        Transition no = new Transition(DENIED, KEEP);
        Transition same = new Transition(SUCCESS, KEEP);
        row(HandlerOperation.REGISTER, to(1), no, no, no, no, no);
        row(HandlerOperation.ENABLE, no, to(3), same, to(7), same, no);
        row(HandlerOperation.DISABLE, no, same, to(1), same, to(5), no);
        row(HandlerOperation.UNREGISTER, no, to(0), to(0), later(), later(), later());
        row(HandlerOperation.ROUTING_SET, no, same, no, no, no, no);
        row(HandlerOperation.RESET, same, to(0), to(0), busy(), busy(), busy());
        row(HandlerOperation.DISPATCH, no, no, to(7), no, no, no);
        row(HandlerOperation.COMPLETE, no, no, no, to(1), to(3), to(0));
    }

    private static Transition to(int state) {
        return new Transition(SUCCESS, state);
    }

    private static Transition later() {
        return new Transition(PENDING, 4);
    }

    private static Transition busy() {
        return new Transition(DENIED, 4);
    }

    private void row(HandlerOperation operation, Transition... cells) {
        for (int column = 0; column < STATES.length; column++) {
            Transition cell = cells[column];
            int state = STATES[column];
            table[operation.ordinal()][state] = cell.next() == KEEP ? new Transition(cell.result(), state) : cell;
        }
    }

    @Override
    public Transition of(HandlerOperation operation, int state) {
        return table[operation.ordinal()][state];
    }
}
