/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

/**
 * A value of the control register of page faults.
 *
 * @param value the register
 * @since 0.1
 */
public record Control(long value) {
    /** What the register is after a reset. */
    public static final Control NONE = new Control(0);
    /** Bit: page faults are announced. */
    public static final long ENABLE = 1;
    /** Bit: those of EL1, too. */
    public static final long SUPERVISOR = 1 << 1;
    /** Bit: ready by event flag instead of message. */
    public static final long FLAG = 1 << 2;
    /** Lowest bit of the synthetic interrupt source. */
    public static final int SOURCE_SHIFT = 16;

    private static final long SOURCE = 0xFL << SOURCE_SHIFT;
    private static final long BITS = ENABLE | SUPERVISOR | FLAG | SOURCE;
    /** Those that have no role on Hyper-V: 5, 6, 8 to 15 (hyperv.md 3.8). */
    private static final int SOURCES = 0xFF60;

    /**
     * Tells whether the register can be set to a value.
     *
     * @param ways the ways of ready that are offered
     * @return true if no bit is set that has to be zero and, if it enables, the source may be used and ready is offered so
     */
    public boolean isPossible(ReadyWays ways) {
        if ((value & ~BITS) != 0) {
            return false;
        }
        return !isEnabled() || (SOURCES >>> source() & 1) != 0 && (isByFlag() ? ways.hasFlags() : ways.hasMessages());
    }

    /**
     * Tells whether page faults are announced.
     *
     * @return true if they are
     */
    public boolean isEnabled() {
        return (value & ENABLE) != 0;
    }

    boolean wantsSupervisorFaults() {
        return (value & SUPERVISOR) != 0;
    }

    /**
     * Tells how ready is told.
     *
     * @return true for event flags, false for messages
     */
    public boolean isByFlag() {
        return (value & FLAG) != 0;
    }

    /**
     * Returns the synthetic interrupt source.
     *
     * @return 0 to 15
     */
    public int source() {
        return (int) (value >>> SOURCE_SHIFT) & 0xF;
    }
}
