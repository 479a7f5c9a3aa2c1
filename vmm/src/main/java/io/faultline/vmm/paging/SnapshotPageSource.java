/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.paging;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageSink;
import io.faultline.api.memory.PageSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Serves pages from a snapshot in host memory, each a fixed virtual time after it was asked for.
 *
 * <p>Answers come in the order of the requests. A page that the snapshot does not have is answered as failed. Not
 * thread-safe: the machine calls it on its own thread.
 *
 * @since 0.1
 */
public final class SnapshotPageSource implements PageSource {
    /** Most pages of a machine that has just been loaded are zero; one copy is enough for all of them. */
    private static final byte[] ZERO = new byte[PageSize.BYTES];

    private final long latencyNanos;
    private final Map<Long, byte[]> pages = new TreeMap<>();
    private final Deque<Answer> answers = new ArrayDeque<>();

    private record Answer(long due, long page) {}

    /**
     * Makes an empty snapshot.
     *
     * @param latencyNanos virtual nanoseconds from the request to the arrival, at least 0
     * @throws IllegalArgumentException if it is negative
     */
    public SnapshotPageSource(long latencyNanos) {
        if (latencyNanos < 0) {
            throw new IllegalArgumentException("a latency of " + latencyNanos + " ns is negative");
        }
        this.latencyNanos = latencyNanos;
    }

    /**
     * Puts a page into the snapshot.
     *
     * @param page address of the page
     * @param content 4096 bytes; not copied, must not change
     */
    public void store(long page, byte[] content) {
        pages.put(page, Arrays.equals(content, ZERO) ? ZERO : content);
    }

    @Override
    public void request(PageRequest request) {
        long due = request.now() + latencyNanos;
        answers.addLast(new Answer(due < 0 ? Long.MAX_VALUE : due, request.page()));
    }

    @Override
    public void poll(long now, PageSink sink) {
        for (Answer next = answers.peekFirst(); next != null && next.due() <= now; next = answers.peekFirst()) {
            answers.removeFirst();
            byte[] content = pages.get(next.page());
            if (content == null) {
                sink.failed(next.page(), "the snapshot does not have it");
            } else {
                sink.arrived(next.page(), content);
            }
        }
    }

    @Override
    public OptionalLong nextArrival() {
        Answer next = answers.peekFirst();
        return next == null ? OptionalLong.empty() : OptionalLong.of(next.due());
    }
}
