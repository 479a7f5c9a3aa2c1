/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.memory;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;

/**
 * How many pages a domain has and may have (xen.md 6.9). A page that is removed from the map alone still counts.
 *
 * @since 0.1
 */
public final class Reservation implements StateElement {
    private final long most;
    private long pages;

    /**
     * Makes the reservation of a domain that has all it may have.
     *
     * @param most number of pages, at least 1
     */
    public Reservation(long most) {
        this.most = most;
        this.pages = most;
    }

    /**
     * Returns how many pages there are.
     *
     * @return 0 to {@link #most()}
     */
    public long pages() {
        return pages;
    }

    /**
     * Returns how many pages there may be.
     *
     * @return at least 1
     */
    public long most() {
        return most;
    }

    boolean take(long count) {
        if (count > most - pages) {
            return false;
        }
        pages += count;
        return true;
    }

    void give(long count) {
        pages = Math.max(0, pages - count);
    }

    @Override
    public String stateName() {
        return "reservation";
    }

    @Override
    public void reset() {
        pages = most;
    }

    @Override
    public void save(StateWriter writer) {
        writer.word("pages", pages);
    }

    @Override
    public void restore(StateReader reader) {
        pages = reader.word("pages", 0, most);
    }
}
