/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event.abi;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.xen.frame.GuestFrames;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * The ABI that the domain uses at present.
 *
 * @since 0.1
 */
@Singleton
public final class CurrentAbi implements EventAbi {
    private final TwoLevelAbi twoLevel;
    private final FifoAbi fifo;
    private final GuestFrames frames;
    private EventAbi current;

    /**
     * Makes the ABI of a new domain: two-level.
     *
     * @param twoLevel the two-level ABI
     * @param fifo the FIFO ABI
     * @param frames finds shared pages again
     */
    @Inject
    public CurrentAbi(TwoLevelAbi twoLevel, FifoAbi fifo, GuestFrames frames) {
        this.twoLevel = twoLevel;
        this.fifo = fifo;
        this.frames = frames;
        current = twoLevel;
    }

    /**
     * Tells which it is.
     *
     * @return true if it is the FIFO ABI
     */
    public boolean isFifo() {
        return current == fifo;
    }

    /** The domain uses the FIFO ABI from now on. */
    public void useFifo() {
        current = fifo;
    }

    /** The domain uses the two-level ABI from now on; control blocks and event words are given back. */
    public void useTwoLevel() {
        current = twoLevel;
        fifo.clear();
    }

    @Override
    public int capacity() {
        return current.capacity();
    }

    @Override
    public void setPending(int port, int vcpu) {
        current.setPending(port, vcpu);
    }

    @Override
    public void unmask(int port, int vcpu) {
        current.unmask(port, vcpu);
    }

    @Override
    public void clearPending(int port) {
        current.clearPending(port);
    }

    @Override
    public boolean isPending(int port) {
        return current.isPending(port);
    }

    @Override
    public Readiness readiness(int port, int vcpu) {
        return current.readiness(port, vcpu);
    }

    @Override
    public boolean isBusy(int port) {
        return current.isBusy(port);
    }

    @Override
    public void redeliver(int port, int vcpu) {
        current.redeliver(port, vcpu);
    }

    /**
     * Writes which ABI it is, and what of it is not the guest's.
     *
     * @param writer where to
     */
    public void save(StateWriter writer) {
        writer.flag("fifo", isFifo());
        if (isFifo()) {
            fifo.save(writer);
        }
    }

    /**
     * Reads what {@link #save} wrote.
     *
     * @param reader where from
     * @throws io.faultline.api.error.HypervisorException with INVALID_STATE if a page or a port cannot be
     */
    public void restore(StateReader reader) {
        useTwoLevel();
        if (reader.flag("fifo")) {
            fifo.restore(reader, frames);
            useFifo();
        }
    }
}
