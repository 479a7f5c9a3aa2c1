/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Who supplies which pages. Ranges do not overlap; sources are asked in the order in which they came.
 */
final class SourceTable<E extends SourceTable.Entry> {
    private final List<E> inOrder = new ArrayList<>();
    private List<E> snapshot = List.of();
    private List<E> byBase = List.of();

    /** One responsibility. The same source may have several. */
    static class Entry {
        private final MemoryRegion range;
        private final PageSource source;

        Entry(MemoryRegion range, PageSource source) {
            this.range = range;
            this.source = source;
        }

        /** What it is responsible for. */
        final MemoryRegion range() {
            return range;
        }

        /** Who is. */
        final PageSource source() {
            return source;
        }
    }

    /** Adds a responsibility. */
    void add(E entry) {
        for (E other : inOrder) {
            if (other.range().overlaps(entry.range())) {
                throw new HypervisorException(
                        ErrorId.RESOURCE_CONFLICT,
                        "attaching a page source for " + entry.range() + ", where another one supplies "
                                + other.range(),
                        "page sources",
                        "close the handle of the other one first, or choose ranges that do not overlap");
            }
        }
        inOrder.add(entry);
        changed();
    }

    /** Ends a responsibility. */
    void remove(E entry) {
        inOrder.remove(entry);
        changed();
    }

    private void changed() {
        snapshot = List.copyOf(inOrder);
        List<E> sorted = new ArrayList<>(inOrder);
        sorted.sort(Comparator.comparingLong(entry -> entry.range().base()));
        byBase = sorted;
    }

    /** Who supplies a page. */
    @Nullable
    E find(long page) {
        int low = 0;
        int high = byBase.size();
        while (low < high) {
            int middle = low + high >>> 1;
            if (byBase.get(middle).range().base() <= page) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low > 0 && byBase.get(low - 1).range().contains(page, 1) ? byBase.get(low - 1) : null;
    }

    /** All of them, in the order in which they came, whoever comes and goes meanwhile. */
    List<E> all() {
        return snapshot;
    }

    /** When the first of them has something to deliver. */
    OptionalLong nextArrival() {
        OptionalLong first = OptionalLong.empty();
        for (E entry : snapshot) {
            OptionalLong next = entry.source().nextArrival();
            if (next.isPresent() && (first.isEmpty() || next.getAsLong() < first.getAsLong())) {
                first = next;
            }
        }
        return first;
    }
}
