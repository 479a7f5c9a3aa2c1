/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The pages that a pager has to do with. Bounded by the guest's memory, also in what is kept of their contents: a page that is
 * nominated has its frame here, out of the reach of the guest, until it is evicted or brought in.
 */
public final class PagedPages implements StateElement {
    private static final String PAGES = "pages";
    private static final String TYPES = "types";
    private static final int GFN_BITS = 36;
    private static final PageType[] ALL_TYPES = PageType.values();

    private final Host host;
    private final TreeMap<Long, Entry> entries = new TreeMap<>();
    private int pagedOut;

    private record Entry(PageType type, byte @Nullable [] frame) {}

    @Inject
    PagedPages(Host host) {
        this.host = host;
    }

    /**
     * Returns the address of a page.
     *
     * @param gfn guest frame number, any value
     * @return the address, or a negative number if the guest can have no memory there
     */
    public long address(long gfn) {
        return gfn >>> GFN_BITS == 0 && host.ram().contains(gfn << PageSize.SHIFT) ? gfn << PageSize.SHIFT : -1;
    }

    /**
     * Returns what a page is.
     *
     * @param gfn guest frame number, any value
     * @return the type; null if no pager has to do with it
     */
    public @Nullable PageType type(long gfn) {
        Entry entry = entries.get(gfn);
        return entry == null ? null : entry.type();
    }

    /**
     * Returns the content of a page that is away and still has a frame.
     *
     * @param gfn guest frame number, any value
     * @return 4096 bytes, not to be changed; null if there is none
     */
    public byte @Nullable [] frame(long gfn) {
        Entry entry = entries.get(gfn);
        return entry == null ? null : entry.frame();
    }

    /**
     * Says what a page is.
     *
     * @param gfn guest frame number of a page of memory
     * @param type the type
     * @param frame its content if it has a frame, else null
     */
    public void put(long gfn, PageType type, byte @Nullable [] frame) {
        forget(gfn);
        entries.put(gfn, new Entry(type, frame));
        pagedOut += frame == null ? 1 : 0;
    }

    /**
     * A page is ordinary again.
     *
     * @param gfn guest frame number, any value
     */
    public void forget(long gfn) {
        Entry before = entries.remove(gfn);
        if (before != null && before.frame() == null) {
            pagedOut--;
        }
    }

    /**
     * Returns how many pages have no frame.
     *
     * @return at least 0
     */
    public int pagedOut() {
        return pagedOut;
    }

    @Override
    public String stateName() {
        return PAGES;
    }

    /** Contents of memory survive a reset, also those that are elsewhere. */
    @Override
    public void reset() {
        // Whoever waited for a page does not any more; the pager still owes it to nobody else.
    }

    @Override
    public void save(StateWriter writer) {
        long[] gfns = new long[entries.size()];
        long[] types = new long[entries.size()];
        int i = 0;
        for (Map.Entry<Long, Entry> entry : entries.entrySet()) {
            gfns[i] = entry.getKey();
            types[i++] = entry.getValue().type().ordinal();
            byte[] frame = entry.getValue().frame();
            if (frame != null) {
                writer.bytes(name(entry.getKey()), frame);
            }
        }
        writer.words(PAGES, gfns);
        writer.words(TYPES, types);
    }

    @Override
    public void restore(StateReader reader) {
        entries.clear();
        pagedOut = 0;
        long[] gfns = reader.words(PAGES);
        long[] types = reader.words(TYPES, gfns.length);
        for (int i = 0; i < gfns.length; i++) {
            if (address(gfns[i]) < 0 || i > 0 && gfns[i] <= gfns[i - 1]) {
                throw reader.invalid(PAGES, "names " + Long.toHexString(gfns[i]) + ", which is no page of memory");
            }
            if (types[i] < 0 || types[i] >= ALL_TYPES.length) {
                throw reader.invalid(TYPES, "has " + types[i] + ", which is not a type");
            }
            PageType type = ALL_TYPES[(int) types[i]];
            put(gfns[i], type, frame(reader, gfns[i], type));
        }
    }

    private static byte @Nullable [] frame(StateReader reader, long gfn, PageType type) {
        byte[] frame = reader.has(name(gfn)) ? reader.bytes(name(gfn)) : null;
        boolean fits = frame == null ? type != PageType.PAGING_OUT : type != PageType.PAGED;
        if (!fits || frame != null && frame.length != PageSize.BYTES) {
            throw reader.invalid(name(gfn), "is not the content of a page that is " + type);
        }
        return frame;
    }

    private static String name(long gfn) {
        return "frame." + Long.toHexString(gfn);
    }
}
