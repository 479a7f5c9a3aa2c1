/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;

/**
 * What a handler interrupted: the registers that completion puts back. Reused, since at most two are needed on a PE.
 *
 * @since 0.1
 */
public final class SavedContext {
    private final long[] x = new long[Sdei.SAVED_REGISTERS];
    private EventInstance event;
    private long pc;
    private long pstate;

    /**
     * Makes a context that is not in use.
     *
     * @param unused any event, so that there is no null
     */
    SavedContext(EventInstance unused) {
        this.event = unused;
    }

    /**
     * Returns whose handler runs on top of this context.
     *
     * @return the event
     */
    public EventInstance event() {
        return event;
    }

    /**
     * Returns an interrupted register.
     *
     * @param n 0 to 17
     * @return Xn
     */
    public long x(int n) {
        return x[n];
    }

    /**
     * Sets an interrupted register.
     *
     * @param n 0 to 17
     * @param value Xn
     */
    public void x(int n, long value) {
        x[n] = value;
    }

    /**
     * Returns where the handler interrupted the guest.
     *
     * @return address of the next instruction
     */
    public long pc() {
        return pc;
    }

    /**
     * Returns the interrupted processor state.
     *
     * @return PSTATE in the layout of SPSR
     */
    public long pstate() {
        return pstate;
    }

    /**
     * Sets where and in what state the guest was interrupted.
     *
     * @param newPc address of the next instruction
     * @param newPstate PSTATE in the layout of SPSR
     */
    public void interrupted(long newPc, long newPstate) {
        this.pc = newPc;
        this.pstate = newPstate;
    }

    void event(EventInstance newEvent) {
        this.event = newEvent;
    }

    void clear() {
        java.util.Arrays.fill(x, 0);
        pc = 0;
        pstate = 0;
    }
}
