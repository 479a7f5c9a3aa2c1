/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event.abi;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.frame.GuestFrames;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The event words of the FIFO ABI, in pages that the guest gave (xen.md 4.2, expand_array).
 *
 * @since 0.1
 */
@Singleton
public final class EventArray {
    /** Number of pages that cover every port. */
    public static final int MOST_PAGES = 128;
    /** Number of event words in a page. */
    public static final int PORTS_PER_PAGE = PageSize.BYTES / Integer.BYTES;

    private static final int PAGE_SHIFT = 10;
    private static final int INDEX = PORTS_PER_PAGE - 1;

    private final @Nullable Frame[] frames = new Frame[MOST_PAGES];
    private int pages;

    /** Makes an array without pages. */
    @Inject
    public EventArray() {}

    /**
     * Returns the number of pages.
     *
     * @return 0 to {@link #MOST_PAGES}
     */
    public int pages() {
        return pages;
    }

    /**
     * Tells whether a port has an event word.
     *
     * @param port a port, at least 0
     * @return true if there is a page for it
     */
    public boolean covers(int port) {
        return port >> PAGE_SHIFT < pages;
    }

    /**
     * Adds a page.
     *
     * @param frame the page, which may be in use already; fewer than {@link #MOST_PAGES} are there
     */
    public void add(Frame frame) {
        frames[pages] = frame;
        pages++;
    }

    /** Gives every page back. */
    public void clear() {
        Arrays.fill(frames, null);
        pages = 0;
    }

    /**
     * Tells whether a page is part of the array.
     *
     * @param physical physical address of the page
     * @return true if the hypervisor writes to it
     */
    public boolean uses(long physical) {
        for (int i = 0; i < pages; i++) {
            if (page(i).physical() == physical) {
                return true;
            }
        }
        return false;
    }

    /**
     * Reads an event word.
     *
     * @param port a port that is covered, as for all methods below
     * @return the word
     */
    public int load(int port) {
        return page(port >> PAGE_SHIFT).load32((port & INDEX) * Integer.BYTES);
    }

    /**
     * Sets bits of an event word.
     *
     * @param port the port
     * @param bits the bits
     * @return true if all of them were set before
     */
    public boolean testAndSet(int port, int bits) {
        return page(port >> PAGE_SHIFT).testAndSet32((port & INDEX) * Integer.BYTES, bits);
    }

    /**
     * Clears bits of an event word.
     *
     * @param port the port
     * @param bits the bits
     * @return true if one of them was set before
     */
    public boolean testAndClear(int port, int bits) {
        return page(port >> PAGE_SHIFT).testAndClear32((port & INDEX) * Integer.BYTES, bits);
    }

    /**
     * Writes an event word if it is what it is thought to be.
     *
     * @param port the port
     * @param expected what it should be
     * @param value what it becomes
     * @return false if it is something else; nothing is written then
     */
    public boolean compareAndSet(int port, int expected, int value) {
        Frame frame = page(port >> PAGE_SHIFT);
        int offset = (port & INDEX) * Integer.BYTES;
        if (frame.load32(offset) != expected) {
            return false;
        }
        frame.store32(offset, value);
        return true;
    }

    private Frame page(int index) {
        Frame frame = frames[index];
        if (frame == null) {
            throw new IllegalStateException("no page " + index + " of the event array");
        }
        return frame;
    }

    void save(StateWriter writer) {
        long[] addresses = new long[pages];
        for (int i = 0; i < pages; i++) {
            addresses[i] = page(i).physical();
        }
        writer.words("pages", addresses);
    }

    void restore(StateReader reader, GuestFrames guest) {
        clear();
        long[] addresses = reader.words("pages");
        if (addresses.length > MOST_PAGES) {
            throw reader.invalid("pages", "has " + addresses.length + " pages, more than " + MOST_PAGES);
        }
        for (long address : addresses) {
            Frame frame = guest.physical(address);
            if (frame == null) {
                throw reader.invalid("pages", "names 0x" + Long.toHexString(address) + ", which is not a page");
            }
            add(frame);
        }
    }
}
