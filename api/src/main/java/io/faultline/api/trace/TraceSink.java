/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.trace;

/**
 * Receives the trace of a machine.
 *
 * <p>Called by the thread that drives the machine, in the order of events, while no guest instruction is half done. A
 * sink must not call back into the machine. What a sink throws reaches the caller of the operation that was traced.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface TraceSink {
    /** Drops everything. A machine given this sink does not construct events at all. */
    TraceSink NONE = new TraceSink() {
        @Override
        public void emit(long nanos, TraceEvent event) {
            // dropped on purpose
        }

        @Override
        public String toString() {
            return "TraceSink.NONE";
        }
    };

    /**
     * Takes one event.
     *
     * @param nanos virtual time of the event in nanoseconds, as {@link io.faultline.api.machine.VirtualClock#nanos()} counts
     * @param event the event
     */
    void emit(long nanos, TraceEvent event);

    /**
     * Tells whether events are wanted. Read once when a machine is built.
     *
     * @return false only for {@link #NONE}
     */
    default boolean isEnabled() {
        return this != NONE;
    }
}
