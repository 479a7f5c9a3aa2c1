/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.memory;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.frame.Frame;

/**
 * The frames of a grant table of version 1 (xen.md 6.8). It begins with one frame and grows when the guest maps more, or
 * asks for more.
 *
 * @since 0.1
 */
public final class GrantTable implements StateElement {
    private static final int FIRST_FRAMES = 1;
    private static final int ENTRY_BYTES = 8;
    private static final int ENTRIES_PER_FRAME = 512;

    private final Frame[] frames;
    private int size = FIRST_FRAMES;

    /**
     * Makes a table with one frame.
     *
     * @param frames all frames that it may have, at least 1; each is zero at reset
     */
    public GrantTable(Frame... frames) {
        this.frames = frames.clone();
    }

    /**
     * Returns how many frames it has.
     *
     * @return 1 to {@link #most()}
     */
    public int size() {
        return size;
    }

    /**
     * Returns how many frames it may have.
     *
     * @return at least 1
     */
    public int most() {
        return frames.length;
    }

    /** Has the table have a number of frames; returns false if that is too many. */
    boolean growTo(long wanted) {
        if (wanted < 0 || wanted > frames.length) {
            return false;
        }
        size = Math.max(size, (int) wanted);
        return true;
    }

    /** Tells whether an entry is there; a number as in a structure, so unsigned. */
    boolean hasEntry(int reference) {
        return reference >= 0 && reference < size * ENTRIES_PER_FRAME;
    }

    /** Exchanges two entries that are there. */
    void swap(int one, int other) {
        long first = entry(one);
        entry(one, entry(other));
        entry(other, first);
    }

    private long entry(int reference) {
        return frames[reference / ENTRIES_PER_FRAME].load64(reference % ENTRIES_PER_FRAME * ENTRY_BYTES);
    }

    private void entry(int reference, long value) {
        frames[reference / ENTRIES_PER_FRAME].store64(reference % ENTRIES_PER_FRAME * ENTRY_BYTES, value);
    }

    @Override
    public String stateName() {
        return "grant-table";
    }

    @Override
    public void reset() {
        size = FIRST_FRAMES;
    }

    @Override
    public void save(StateWriter writer) {
        writer.word("frames", size);
    }

    @Override
    public void restore(StateReader reader) {
        size = reader.integer("frames", FIRST_FRAMES, frames.length);
    }
}
