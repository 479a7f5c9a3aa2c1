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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Who supplies which pages. Ranges do not overlap; sources are asked in the order in which they came. */
final class SourceTable {
    private final TreeMap<Long, Entry> byBase = new TreeMap<>();
    private final List<Entry> inOrder = new ArrayList<>();

    /**
     * One responsibility. The same source may have several.
     *
     * @param range what it is responsible for
     * @param source who
     */
    record Entry(MemoryRegion range, PageSource source) {}

    /** Adds a responsibility. */
    Entry add(MemoryRegion range, PageSource source) {
        for (Entry other : inOrder) {
            if (other.range().overlaps(range)) {
                throw new HypervisorException(
                        ErrorId.RESOURCE_CONFLICT,
                        "attaching a page source for " + range + ", where another one supplies " + other.range(),
                        "page sources",
                        "close the handle of the other one first, or choose ranges that do not overlap");
            }
        }
        Entry entry = new Entry(range, source);
        byBase.put(range.base(), entry);
        inOrder.add(entry);
        return entry;
    }

    /** Ends a responsibility. */
    void remove(Entry entry) {
        byBase.remove(entry.range().base());
        inOrder.remove(entry);
    }

    /** Who supplies a page. */
    Optional<Entry> find(long page) {
        Map.Entry<Long, Entry> below = byBase.floorEntry(page);
        return below != null && below.getValue().range().contains(page, 1)
                ? Optional.of(below.getValue())
                : Optional.empty();
    }

    /** All of them, in the order in which they came; a copy. */
    List<Entry> all() {
        return List.copyOf(inOrder);
    }

    /** When the first of them has something to deliver. */
    OptionalLong nextArrival() {
        return inOrder.stream()
                .map(entry -> entry.source().nextArrival())
                .filter(OptionalLong::isPresent)
                .mapToLong(OptionalLong::getAsLong)
                .min();
    }
}
