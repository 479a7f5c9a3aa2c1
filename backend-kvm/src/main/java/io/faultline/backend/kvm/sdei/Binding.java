/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

/**
 * Which interrupt is behind an event, if any: one for the whole machine, though every PE has an instance of its own of the
 * event and a PPI of its own (sdei.md 1.3).
 *
 * @since 0.1
 */
public final class Binding {
    /** Instead of an INTID: none. PPIs and SPIs are positive. */
    static final int UNBOUND = 0;

    private final ClientInterrupts interrupts;
    private int intid = UNBOUND;

    Binding(ClientInterrupts interrupts) {
        this.interrupts = interrupts;
    }

    /**
     * Returns the interrupt.
     *
     * @return its INTID, or 0 if none is bound
     */
    public int intid() {
        return intid;
    }

    /**
     * Tells whether an interrupt is bound.
     *
     * @return true if one is
     */
    public boolean isBound() {
        return intid != UNBOUND;
    }

    void bind(int newIntid) {
        intid = newIntid;
    }

    void release() {
        intid = UNBOUND;
    }

    void take(int pe) {
        if (isBound()) {
            interrupts.divert(pe, intid, true);
        }
    }

    void giveBack(int pe) {
        if (isBound()) {
            interrupts.divert(pe, intid, false);
        }
    }

    void taken(int pe, boolean away) {
        if (isBound()) {
            interrupts.diverted(pe, intid, away);
        }
    }

    boolean isPending(int pe) {
        return isBound() && interrupts.isPending(pe, intid) && !interrupts.isActive(pe, intid);
    }

    boolean isActive(int pe) {
        return isBound() && interrupts.isActive(pe, intid);
    }

    boolean isOwned() {
        return !isBound() || interrupts.isOwned(intid);
    }

    void acknowledge(int pe) {
        if (isBound()) {
            interrupts.acknowledge(pe, intid);
        }
    }

    void end(int pe) {
        if (isBound()) {
            interrupts.end(pe, intid);
        }
    }
}
