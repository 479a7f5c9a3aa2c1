/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.paging;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.memory.MemoryRegion;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * A set of pages of a machine, one bit each. Not thread-safe.
 *
 * @since 0.1
 */
public final class PageSet {
    private final List<MemoryRegion> regions;
    private final List<BitSet> bits = new ArrayList<>();
    private int size;

    /**
     * Pages that follow each other.
     *
     * @param first address of the first page
     * @param pages how many, at least 1
     */
    public record Run(long first, int pages) {}

    /**
     * Makes an empty set.
     *
     * @param regions memory whose pages can be in the set, by ascending address, without overlaps, fewer than 2^31 pages
     */
    public PageSet(List<MemoryRegion> regions) {
        this.regions = List.copyOf(regions);
        regions.forEach(region -> bits.add(new BitSet()));
    }

    /**
     * Makes a copy.
     *
     * @return a set with the same pages
     */
    public PageSet copy() {
        PageSet copy = new PageSet(regions);
        for (int i = 0; i < bits.size(); i++) {
            copy.bits.get(i).or(bits.get(i));
        }
        copy.size = size;
        return copy;
    }

    /**
     * Makes a set without pages.
     *
     * @return an empty set that can have the same pages
     */
    public PageSet none() {
        return new PageSet(regions);
    }

    /** Removes every page. */
    public void clear() {
        bits.forEach(BitSet::clear);
        size = 0;
    }

    /**
     * Tells whether an address is that of a page that can be in the set.
     *
     * @param page any number
     * @return true if it is
     */
    public boolean covers(long page) {
        return PageSize.isAligned(page) && regionOf(page) >= 0;
    }

    /**
     * Adds a page.
     *
     * @param page address of the page
     * @return true if it was not in the set
     * @throws IllegalArgumentException if it cannot be in the set
     */
    public boolean add(long page) {
        int region = requireRegion(page);
        int index = index(region, page);
        boolean added = !bits.get(region).get(index);
        if (added) {
            bits.get(region).set(index);
            size++;
        }
        return added;
    }

    /**
     * Removes a page.
     *
     * @param page any number
     * @return true if it was in the set
     */
    public boolean remove(long page) {
        boolean removed = contains(page);
        if (removed) {
            int region = regionOf(page);
            bits.get(region).clear(index(region, page));
            size--;
        }
        return removed;
    }

    /**
     * Tells whether a page is in the set.
     *
     * @param page any number
     * @return true if it is
     */
    public boolean contains(long page) {
        int region = PageSize.isAligned(page) ? regionOf(page) : -1;
        return region >= 0 && bits.get(region).get(index(region, page));
    }

    /**
     * Returns the number of pages.
     *
     * @return at least 0
     */
    public int size() {
        return size;
    }

    /**
     * Tells whether the set has no page.
     *
     * @return true if it is empty
     */
    public boolean isEmpty() {
        return size == 0;
    }

    /**
     * Returns the first page at or above an address.
     *
     * @param address any number
     * @return the page, or empty
     */
    public OptionalLong ceiling(long address) {
        for (int i = 0; i < regions.size(); i++) {
            MemoryRegion region = regions.get(i);
            if (address < region.end()) {
                long from = Math.max(address, region.base());
                int next = bits.get(i).nextSetBit((int) (from - region.base() + PageSize.BYTES - 1 >>> PageSize.SHIFT));
                if (next >= 0) {
                    return OptionalLong.of(region.base() + ((long) next << PageSize.SHIFT));
                }
            }
        }
        return OptionalLong.empty();
    }

    /**
     * Visits every page by ascending address.
     *
     * @param action called with the address of each page
     */
    public void forEach(LongConsumer action) {
        for (Run run : runs()) {
            for (int i = 0; i < run.pages(); i++) {
                action.accept(run.first() + ((long) i << PageSize.SHIFT));
            }
        }
    }

    /**
     * Returns the pages as runs, as long as can be.
     *
     * @return runs by ascending address
     */
    public List<Run> runs() {
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < regions.size(); i++) {
            BitSet pages = bits.get(i);
            for (int start = pages.nextSetBit(0); start >= 0; ) {
                int end = pages.nextClearBit(start);
                runs.add(new Run(regions.get(i).base() + ((long) start << PageSize.SHIFT), end - start));
                start = pages.nextSetBit(end);
            }
        }
        return runs;
    }

    /**
     * Adds every page of a run.
     *
     * @param run pages
     * @throws IllegalArgumentException if a page cannot be in the set or is in it already; some may have been added then
     */
    public void addAll(Run run) {
        int region = requireRegion(run.first());
        long left = regions.get(region).end() - run.first() >>> PageSize.SHIFT;
        if (run.pages() < 1 || run.pages() > left) {
            throw new IllegalArgumentException(run.pages() + " pages from 0x" + Long.toHexString(run.first())
                    + " are not pages of " + regions.get(region));
        }
        int from = index(region, run.first());
        int present = bits.get(region).nextSetBit(from);
        if (present >= 0 && present < from + run.pages()) {
            throw new IllegalArgumentException(
                    "a page of the run from 0x" + Long.toHexString(run.first()) + " is named twice");
        }
        bits.get(region).set(from, from + run.pages());
        size += run.pages();
    }

    private int requireRegion(long page) {
        if (!covers(page)) {
            throw new IllegalArgumentException("0x" + Long.toHexString(page) + " is not a page of " + regions);
        }
        return regionOf(page);
    }

    private int regionOf(long address) {
        for (int i = 0; i < regions.size(); i++) {
            if (regions.get(i).contains(address, 1)) {
                return i;
            }
        }
        return -1;
    }

    private int index(int region, long page) {
        return (int) (page - regions.get(region).base() >>> PageSize.SHIFT);
    }
}
