/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;

/**
 * Chooses the order and the lengths of slices: the generator that the specification of {@link java.util.Random} describes,
 * with a state that can be saved.
 */
final class Interleaving implements StateElement {
    private static final long MULTIPLIER = 0x5_DEEC_E66DL;
    private static final long INCREMENT = 0xBL;
    private static final long MASK = (1L << 48) - 1;

    private final long seed;
    private long state;

    Interleaving(long seed) {
        this.seed = seed;
        reset();
    }

    /** Returns a number from 0 to {@code bound} - 1. */
    int next(int bound) {
        int bits = next31();
        if ((bound & -bound) == bound) {
            return (int) ((long) bound * bits >> 31);
        }
        int value = bits % bound;
        // The last, incomplete block of numbers would make small results more likely.
        while (bits - value + (bound - 1) < 0) {
            bits = next31();
            value = bits % bound;
        }
        return value;
    }

    private int next31() {
        state = state * MULTIPLIER + INCREMENT & MASK;
        return (int) (state >>> 17);
    }

    @Override
    public String stateName() {
        return "interleaving";
    }

    @Override
    public void reset() {
        state = (seed ^ MULTIPLIER) & MASK;
    }

    @Override
    public void save(StateWriter writer) {
        writer.word("state", state);
    }

    @Override
    public void restore(StateReader reader) {
        state = reader.word("state", 0, MASK);
    }
}
