/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.paging;

import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageSink;
import io.faultline.api.memory.PageSource;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * Serves pages from a snapshot in host memory or in a file, each a fixed virtual time after it was asked for.
 *
 * <p>Answers come in the order of the requests. A page that the snapshot does not have is answered as failed; one that is
 * damaged there is lost. Not thread-safe: the machine calls it on its own thread.
 *
 * @since 0.1
 */
public final class SnapshotPageSource implements PageSource {
    private final PageStore snapshot;
    private final long latencyNanos;
    private final Deque<Answer> answers = new ArrayDeque<>();

    private record Answer(long due, long page) {}

    /**
     * Makes a source.
     *
     * @param snapshot the pages
     * @param latencyNanos virtual nanoseconds from the request to the arrival, at least 0
     * @throws IllegalArgumentException if the latency is negative
     */
    public SnapshotPageSource(PageStore snapshot, long latencyNanos) {
        if (latencyNanos < 0) {
            throw new IllegalArgumentException("a latency of " + latencyNanos + " ns is negative");
        }
        this.snapshot = Objects.requireNonNull(snapshot, "snapshot");
        this.latencyNanos = latencyNanos;
    }

    /**
     * Returns where the pages are.
     *
     * @return the snapshot
     */
    public PageStore snapshot() {
        return snapshot;
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
            answer(next.page(), sink);
        }
    }

    private void answer(long page, PageSink sink) {
        if (!snapshot.contains(page)) {
            sink.failed(page, "the snapshot does not have it");
            return;
        }
        byte[] content;
        try {
            content = snapshot.read(page);
        } catch (IOException damaged) {
            // Asking again would give the same: the guest learns that its data is lost (APF-094).
            sink.poisoned(page);
            return;
        }
        sink.arrived(page, content);
    }

    @Override
    public OptionalLong nextArrival() {
        Answer next = answers.peekFirst();
        return next == null ? OptionalLong.empty() : OptionalLong.of(next.due());
    }
}
