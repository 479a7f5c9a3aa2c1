/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.pagefault;

import java.util.Objects;

/**
 * What a vCPU has registered, and how far it is.
 *
 * @since 0.1
 */
public final class Registration {
    /** Flag: faults of EL1 are announced, too, where they interrupt a context that takes interrupts. */
    public static final int SUPERVISOR = 1;

    static final int FLAGS = SUPERVISOR;
    private static final long NOTHING = -1;

    private final SharedArea area;
    private final int port;
    private final int flags;
    private int producer;
    private long inHand = NOTHING;

    Registration(SharedArea area, int port, int flags) {
        this.area = Objects.requireNonNull(area, "area");
        this.port = port;
        this.flags = flags;
    }

    /**
     * Returns the area.
     *
     * @return the shared area
     */
    public SharedArea area() {
        return area;
    }

    /**
     * Returns the port.
     *
     * @return the port of the guest's own that tells it to look
     */
    public int port() {
        return port;
    }

    int flags() {
        return flags;
    }

    boolean wantsSupervisorFaults() {
        return (flags & SUPERVISOR) != 0;
    }

    /**
     * Returns how many entries were written. The guest sees a copy.
     *
     * @return the number modulo 2^32
     */
    public int producer() {
        return producer;
    }

    /**
     * Returns how many entries have no place yet.
     *
     * @return 0 to the number of places
     */
    public int room() {
        return area.room(producer);
    }

    /**
     * Writes an entry, then says so.
     *
     * @param kind {@link SharedArea#READY} or {@link SharedArea#WAKE_ALL}
     * @param token the token, 32 bits
     */
    public void append(int kind, long token) {
        area.append(producer, kind, token);
        producer++;
    }

    /** Whether the guest has been told of a fault and has not answered. */
    boolean hasInHand() {
        return inHand != NOTHING;
    }

    /** Token of that fault, 32 bits; -1 if there is none. */
    long inHand() {
        return inHand;
    }

    void hold(long token) {
        inHand = token;
    }

    void answered() {
        inHand = NOTHING;
    }

    /** Puts it where it was when it was saved. */
    void resume(int written, long held) {
        producer = written;
        inHand = held;
    }
}
