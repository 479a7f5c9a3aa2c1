/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.paging;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.memory.MemoryRegion;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Pages in host memory.
 *
 * @since 0.1
 */
public final class MemoryPageStore implements PageStore {
    /** The content of every page of zeros; not to be changed. */
    static final byte[] ZERO = new byte[PageSize.BYTES];

    private final PageSet pages;
    private final Map<Long, byte[]> contents = new TreeMap<>();

    /**
     * Makes an empty store.
     *
     * @param regions memory whose pages it can hold, by ascending address
     */
    public MemoryPageStore(List<MemoryRegion> regions) {
        this.pages = new PageSet(regions);
    }

    /**
     * Puts a page into the store, or replaces it.
     *
     * @param page address of the page
     * @param content 4096 bytes; not copied, must not change
     * @throws IllegalArgumentException if the content has another length, or the page is outside the regions
     */
    public void put(long page, byte[] content) {
        if (content.length != PageSize.BYTES) {
            throw new IllegalArgumentException("content of a page has " + content.length + " bytes instead of 4096");
        }
        pages.add(page);
        contents.put(page, isZero(content) ? ZERO : content);
    }

    /**
     * Forgets a page.
     *
     * @param page any number
     */
    public void remove(long page) {
        pages.remove(page);
        contents.remove(page);
    }

    /**
     * Tells whether a page holds nothing but zeros.
     *
     * @param content 4096 bytes
     * @return true if all are zero
     */
    public static boolean isZero(byte[] content) {
        return Arrays.equals(content, ZERO);
    }

    @Override
    public PageSet pages() {
        return pages.copy();
    }

    @Override
    public boolean contains(long page) {
        return pages.contains(page);
    }

    @Override
    public byte[] read(long page) {
        byte[] content = contents.get(page);
        if (content == null) {
            throw new IllegalArgumentException("page 0x" + Long.toHexString(page) + " is not in the store");
        }
        return content;
    }
}
