/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.memory;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;

/**
 * The exclusive monitor of one PE: at most one marked block of physical memory of 64 bytes (CTR_EL0.ERG).
 *
 * <p>A store by any other observer to the marked block clears it, so a store-exclusive succeeds only if nobody else
 * wrote in between, even the same value. A store-exclusive to another block than the marked one fails.
 *
 * @since 0.1
 */
public final class ExclusiveMonitor implements StateElement {
    private static final long BLOCK = 64;

    private final OpenMonitors all;
    private boolean open;
    private long block;
    /** Among those that are open. */
    private int position;

    ExclusiveMonitor(OpenMonitors all) {
        this.all = all;
    }

    void position(int newPosition) {
        position = newPosition;
    }

    private void open(boolean wanted) {
        if (wanted && !open) {
            position = all.add(this);
        } else if (!wanted && open) {
            all.remove(position);
        }
        open = wanted;
    }

    /**
     * Marks the block of an address.
     *
     * @param address physical address of the load-exclusive
     */
    public void mark(long address) {
        open(true);
        block = address & -BLOCK;
    }

    /** Forgets the mark: CLREX, any store-exclusive, exception return. */
    public void clear() {
        open(false);
    }

    /**
     * Tells whether a block is marked.
     *
     * @return true between a load-exclusive and whatever ends its reservation
     */
    public boolean isOpen() {
        return open;
    }

    /**
     * Tells whether the block of an address is the marked one.
     *
     * @param address physical address of a store-exclusive
     * @return true if a store-exclusive to it succeeds
     */
    public boolean covers(long address) {
        return open && block == (address & -BLOCK);
    }

    /**
     * Returns the address of the page of the marked block.
     *
     * @return a page address; meaningful only while {@link #isOpen()}
     */
    long page() {
        return block & -4096L;
    }

    void storedByOther(long address, long length) {
        if (open && address < block + BLOCK && address + length > block) {
            open(false);
        }
    }

    @Override
    public String stateName() {
        return "monitor";
    }

    @Override
    public void reset() {
        open(false);
        block = 0;
    }

    @Override
    public void save(StateWriter writer) {
        writer.flag("open", open);
        writer.word("block", open ? block : 0);
    }

    @Override
    public void restore(StateReader reader) {
        open(reader.flag("open"));
        block = reader.word("block") & -BLOCK;
    }
}
