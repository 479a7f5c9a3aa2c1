/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.timer;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;

/**
 * The one clock of a machine. It moves when an instruction retires, by a fixed number of nanoseconds, and when the
 * software that runs the machine skips idle time; never by itself.
 *
 * <p>Time is in nanoseconds since cold reset, 0 to 2^63 - 1 (292 years).
 *
 * @since 0.1
 */
public final class VirtualClock implements StateElement {
    /** What an instruction takes unless something else is said. */
    public static final long DEFAULT_NANOS_PER_INSTRUCTION = 1;
    /** Frequency of the system counter in Hz, CNTFRQ_EL0 as on QEMU's virt machine. */
    public static final long COUNTER_FREQUENCY = 62_500_000;
    /** Nanoseconds between two counts. */
    public static final long NANOS_PER_COUNT = 1_000_000_000 / COUNTER_FREQUENCY;
    /** A time that never comes. */
    public static final long NEVER = Long.MAX_VALUE;

    private final long nanosPerInstruction;
    private long now;

    /** Makes a clock in which an instruction takes one nanosecond. */
    public VirtualClock() {
        this(DEFAULT_NANOS_PER_INSTRUCTION);
    }

    /**
     * Makes a clock.
     *
     * @param nanosPerInstruction what an instruction takes, 1 to 1000000 ns
     * @throws IllegalArgumentException if it is out of range
     */
    public VirtualClock(long nanosPerInstruction) {
        if (nanosPerInstruction < 1 || nanosPerInstruction > 1_000_000) {
            throw new IllegalArgumentException(
                    "an instruction takes 1 to 1000000 ns, not " + nanosPerInstruction + " ns");
        }
        this.nanosPerInstruction = nanosPerInstruction;
    }

    /**
     * Returns the time.
     *
     * @return nanoseconds since cold reset
     */
    public long now() {
        return now;
    }

    /**
     * Returns the system counter.
     *
     * @return counts of 16 ns since cold reset
     */
    public long count() {
        return now / NANOS_PER_COUNT;
    }

    /**
     * Skips idle time.
     *
     * @param nanos how much, at least 0; the clock stops at its largest value
     * @throws IllegalArgumentException if it is negative
     */
    public void advance(long nanos) {
        if (nanos < 0) {
            throw new IllegalArgumentException("time does not run backwards: " + nanos + " ns");
        }
        now = nanos > NEVER - now ? NEVER : now + nanos;
    }

    /**
     * Accounts for instructions.
     *
     * @param instructions how many retired, at least 0
     */
    public void retire(long instructions) {
        now += instructions * nanosPerInstruction;
        if (now < 0) {
            now = NEVER;
        }
    }

    /**
     * Returns how many instructions fit before a deadline has passed.
     *
     * @param deadline a time in nanoseconds, or {@link #NEVER}
     * @return the smallest number of instructions after which {@link #now()} &gt;= deadline; 0 if it has passed already
     */
    public long instructionsUntil(long deadline) {
        if (deadline <= now) {
            return 0;
        }
        long nanos = deadline - now;
        return nanos / nanosPerInstruction + (nanos % nanosPerInstruction == 0 ? 0 : 1);
    }

    @Override
    public String stateName() {
        return "clock";
    }

    @Override
    public void reset() {
        now = 0;
    }

    @Override
    public void save(StateWriter writer) {
        writer.word("now", now);
    }

    @Override
    public void restore(StateReader reader) {
        now = reader.word("now", 0, NEVER);
    }
}
