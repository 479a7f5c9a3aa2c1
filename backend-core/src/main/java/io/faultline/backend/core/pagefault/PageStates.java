/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.hwmodel.memory.GuestRam;

/**
 * What is known of pages beyond what RAM knows: which of those that are not resident are on their way, lost, or have failed
 * to come. Bounded by the size of RAM.
 */
final class PageStates implements StateElement {
    private final GuestRam ram;
    /** Members are mapped to what they are. */
    private final LongTable<PageResidency> fetching = new LongTable<>();

    private final LongTable<PageResidency> poisoned = new LongTable<>();
    private final LongTable<Integer> failures = new LongTable<>();

    PageStates(GuestRam ram) {
        this.ram = ram;
    }

    /** What a page of RAM is. */
    PageResidency residency(long page) {
        if (ram.isResident(page)) {
            return PageResidency.RESIDENT;
        }
        if (poisoned.contains(page)) {
            return PageResidency.POISONED;
        }
        return fetching.contains(page) ? PageResidency.FETCHING : PageResidency.ABSENT;
    }

    int failures(long page) {
        Integer count = failures.get(page);
        return count == null ? 0 : count;
    }

    /** The page is on its way. */
    void asked(long page) {
        fetching.put(page, PageResidency.FETCHING);
    }

    /** The page did not come. */
    void failed(long page) {
        fetching.remove(page);
        failures.put(page, failures(page) + 1);
    }

    /** The page is there or its data is lost: what was known of its way is of no interest any more. */
    void settled(long page, boolean lost) {
        fetching.remove(page);
        failures.remove(page);
        if (lost) {
            poisoned.put(page, PageResidency.POISONED);
        }
    }

    /** Another page is in its place. */
    void replaced(long page) {
        settled(page, false);
        poisoned.remove(page);
    }

    /** Nobody will answer for pages of a range any more. */
    void forget(long base, long end) {
        for (long page : fetching.sortedKeys()) {
            if (page >= base && page < end) {
                fetching.remove(page);
            }
        }
    }

    @Override
    public String stateName() {
        return "pages";
    }

    /** What is lost stays lost: it is a property of memory, which a reset does not touch. */
    @Override
    public void reset() {
        fetching.clear();
        failures.clear();
    }

    /** Pages that are on their way are saved as absent: whoever was asked stays behind. */
    @Override
    public void save(StateWriter writer) {
        writer.words("poisoned", poisoned.sortedKeys());
        long[] counts = new long[failures.size() * 2];
        int at = 0;
        for (long page : failures.sortedKeys()) {
            counts[at++] = page;
            counts[at++] = failures(page);
        }
        writer.words("failures", counts);
    }

    @Override
    public void restore(StateReader reader) {
        fetching.clear();
        poisoned.clear();
        for (long page : reader.words("poisoned")) {
            requireAbsent(reader, "poisoned", page);
            poisoned.put(page, PageResidency.POISONED);
        }
        failures.clear();
        long[] counts = reader.words("failures");
        for (int i = 0; i + 1 < counts.length; i += 2) {
            requireAbsent(reader, "failures", counts[i]);
            if (counts[i + 1] < 1 || counts[i + 1] > Integer.MAX_VALUE) {
                throw reader.invalid("failures", "counts " + counts[i + 1]);
            }
            failures.put(counts[i], (int) counts[i + 1]);
        }
        if (counts.length % 2 != 0) {
            throw reader.invalid("failures", "has an odd number of words");
        }
    }

    private void requireAbsent(StateReader reader, String name, long page) {
        if (!PageSize.isAligned(page) || !ram.contains(page) || ram.isResident(page)) {
            throw reader.invalid(name, "names 0x" + Long.toHexString(page) + ", which is not an absent page of RAM");
        }
    }
}
