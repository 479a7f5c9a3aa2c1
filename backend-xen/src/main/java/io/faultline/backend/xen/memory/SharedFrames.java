/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.memory;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.hypercall.XenError;
import java.util.Arrays;

/**
 * Where the guest has mapped the pages of the hypervisor: each is at one guest frame number at most (xen.md 3.3, XEN-027).
 *
 * <p>The entries of the physical map themselves are saved with the map.
 *
 * @since 0.1
 */
public final class SharedFrames implements StateElement {
    /** Stands for a page that is not mapped. It is no guest frame number either: nothing can be mapped there. */
    public static final long NOWHERE = -1;

    private final PhysicalMap map;
    private final MemorySettings.Remap remap;
    private final Frame[] frames;
    private final long[] gfns;

    /**
     * Makes the record: slot 0 is shared_info, slot n + 1 is frame n of the grant table.
     *
     * @param map the physical map
     * @param remap what a second mapping does
     * @param sharedInfo the page of shared_info
     * @param grantFrames the frames of the grant table
     */
    public SharedFrames(PhysicalMap map, MemorySettings.Remap remap, Frame sharedInfo, Frame... grantFrames) {
        this.map = map;
        this.remap = remap;
        this.frames = new Frame[grantFrames.length + 1];
        this.frames[0] = sharedInfo;
        System.arraycopy(grantFrames, 0, frames, 1, grantFrames.length);
        this.gfns = new long[frames.length];
        Arrays.fill(gfns, NOWHERE);
    }

    /**
     * Returns where a page is.
     *
     * @param slot which page
     * @return its guest frame number, or {@link #NOWHERE}
     */
    public long gfn(int slot) {
        return gfns[slot];
    }

    /** Maps a page; returns 0 or an error. */
    int map(int slot, long gfn) {
        long before = gfns[slot];
        if (before != NOWHERE && remap == MemorySettings.Remap.BUSY) {
            return XenError.EBUSY;
        }
        int error = map.map(gfn, frames[slot]);
        if (error != 0) {
            return error;
        }
        if (before != NOWHERE && before != gfn) {
            map.unmap(before);
        }
        replaced(gfn);
        gfns[slot] = gfn;
        return 0;
    }

    /** Takes note that something else is, or nothing, at a guest frame number; returns whether one of the pages was there. */
    boolean replaced(long gfn) {
        for (int i = 0; i < gfns.length; i++) {
            if (gfns[i] == gfn && gfn != NOWHERE) {
                gfns[i] = NOWHERE;
                return true;
            }
        }
        return false;
    }

    @Override
    public String stateName() {
        return "shared-frames";
    }

    @Override
    public void reset() {
        Arrays.fill(gfns, NOWHERE);
    }

    @Override
    public void save(StateWriter writer) {
        writer.words("gfns", gfns);
    }

    @Override
    public void restore(StateReader reader) {
        long[] saved = reader.words("gfns", gfns.length);
        for (int i = 0; i < saved.length; i++) {
            for (int j = 0; j < i; j++) {
                if (saved[i] == saved[j] && saved[i] != NOWHERE) {
                    throw reader.invalid("gfns", "has two pages at " + Long.toHexString(saved[i]));
                }
            }
        }
        System.arraycopy(saved, 0, gfns, 0, gfns.length);
    }
}
