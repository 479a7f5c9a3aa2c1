/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageSink;
import io.faultline.api.memory.PageSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The VMM's end of absent pages: keeps what was in them, and answers when it is told to. */
final class Pager implements PageSource {
    /** In the place of a number of failures: the page is lost. */
    static final long LOST = -1;

    private final Map<Long, Page> pages = new TreeMap<>();
    private final List<Long> due = new ArrayList<>();
    private final LongConsumer settled;

    /** Makes one that says of which pages it has said something. */
    Pager(LongConsumer settled) {
        this.settled = settled;
    }

    private static final class Page {
        private final byte[] content;
        private long failures;
        private boolean asked;

        Page(byte[] content, long failures) {
            this.content = content;
            this.failures = failures;
        }
    }

    /** Takes a page away; it fails so many times before it comes. */
    void take(long page, byte[] content, long failures) {
        pages.put(page, new Page(content, failures));
    }

    /** What is in a page that is absent, which the VMM may change; null if it was never taken. */
    byte @Nullable [] content(long page) {
        Page found = pages.get(page);
        return found == null ? null : found.content;
    }

    boolean isEmpty() {
        return pages.isEmpty();
    }

    /** At the next poll, pages come that were asked for, or all. */
    void deliver(boolean all) {
        for (Map.Entry<Long, Page> entry : pages.entrySet()) {
            if (all || entry.getValue().asked) {
                due.add(entry.getKey());
            }
        }
    }

    @Override
    public void request(PageRequest request) {
        Page page = pages.get(request.page());
        if (page != null) {
            page.asked = true;
        }
    }

    @Override
    public void poll(long now, PageSink sink) {
        while (!due.isEmpty()) {
            long address = due.remove(due.size() - 1);
            Page page = pages.get(address);
            if (page == null) {
                continue;
            }
            page.asked = false;
            if (page.failures == LOST) {
                pages.remove(address);
                sink.poisoned(address);
            } else if (page.failures > 0) {
                page.failures--;
                sink.failed(address, "the fuzzer says so");
            } else {
                pages.remove(address);
                sink.arrived(address, page.content);
            }
            settled.accept(address);
        }
    }

    @Override
    public OptionalLong nextArrival() {
        return OptionalLong.empty();
    }
}
