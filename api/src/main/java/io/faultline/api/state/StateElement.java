/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.state;

/**
 * One piece of explicit state: it can be saved, restored and reset, and these three are the whole of its life.
 *
 * <p>Two elements of the same shape whose saved states are equal behave the same from then on; that is what makes
 * restore, replay and migration one mechanism. Not thread-safe: called by the thread that owns the machine, never while
 * a vCPU runs.
 *
 * @since 0.1
 */
public interface StateElement {
    /**
     * Returns the name of this element within its parent.
     *
     * @return a short stable name of lower-case letters, digits, {@code -} and {@code .}
     */
    String stateName();

    /**
     * Tells whether this element exists in the present configuration. An absent element is neither saved nor expected.
     *
     * @return true if present; the default is true
     */
    default boolean isPresent() {
        return true;
    }

    /**
     * Tells whether two saved states of this element can be compared to find out if two machines are in the same
     * state. Caches and statistics are saved but not comparable.
     *
     * @return true if comparable; the default is true
     */
    default boolean isComparable() {
        return true;
    }

    /** Sets the value that this element has after a cold reset. */
    void reset();

    /**
     * Writes the state.
     *
     * @param writer where to, positioned in this element's own section
     */
    void save(StateWriter writer);

    /**
     * Reads the state that {@link #save} wrote, checks it completely and takes it over.
     *
     * <p>An element may be left half changed when this throws: the machine that owns it puts the previous state back.
     *
     * @param reader where from, positioned in this element's own section
     * @throws io.faultline.api.error.HypervisorException with INVALID_STATE if a value is missing, of another type, out
     *     of range or impossible
     */
    void restore(StateReader reader);
}
