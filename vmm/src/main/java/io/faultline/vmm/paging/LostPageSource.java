/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.paging;

import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageSink;
import io.faultline.api.memory.PageSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/**
 * Pages whose data is lost: whoever accesses one gets an external abort. Not thread-safe: the machine calls it on its own
 * thread.
 *
 * @since 0.1
 */
public final class LostPageSource implements PageSource {
    private final Deque<Long> asked = new ArrayDeque<>();

    /** Makes a source that nobody has asked for anything. */
    public LostPageSource() {}

    @Override
    public void request(PageRequest request) {
        asked.addLast(request.page());
    }

    /** {@inheritDoc} That the data is lost is known without waiting. */
    @Override
    public boolean fetchNow(long page, PageSink sink) {
        sink.poisoned(page);
        return true;
    }

    @Override
    public void poll(long now, PageSink sink) {
        while (!asked.isEmpty()) {
            sink.poisoned(asked.removeFirst());
        }
    }

    @Override
    public OptionalLong nextArrival() {
        return OptionalLong.empty();
    }
}
