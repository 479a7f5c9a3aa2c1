/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import io.faultline.api.trace.TraceEvent;
import io.faultline.api.trace.TraceSink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Records what happens in a scenario: trace events of its machines, guest operations and notes, in order.
 *
 * <p>Keeps a hash over everything and the last lines for failure messages. Not thread-safe.
 *
 * @since 0.1
 */
public final class TraceRecorder implements TraceSink {
    /** Number of lines kept for a failure message. */
    public static final int LAST_LINES = 24;

    private static final int LARGEST = 1_000_000;
    private static final long FNV_OFFSET = 0xCBF2_9CE4_8422_2325L;
    private static final long FNV_PRIME = 0x100_0000_01B3L;

    private final Optional<Consumer<String>> listener;
    private final Deque<String> last = new ArrayDeque<>();
    private final List<TraceEvent> events = new ArrayList<>();
    private long hash = FNV_OFFSET;
    private long count;

    /** Makes a recorder that nobody listens to. */
    public TraceRecorder() {
        this.listener = Optional.empty();
    }

    /**
     * Makes a recorder.
     *
     * @param listener is given each line as it is recorded
     */
    public TraceRecorder(Consumer<String> listener) {
        this.listener = Optional.of(listener);
    }

    @Override
    public void emit(long nanos, TraceEvent event) {
        events.add(event);
        line("  " + nanos + " ns " + event);
    }

    /** Records a line that is not an event of a machine. */
    void line(String text) {
        if (++count > LARGEST) {
            throw new BudgetExceeded("more than " + LARGEST + " trace lines");
        }
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        hash = (hash ^ '\n') * FNV_PRIME;
        if (last.size() == LAST_LINES) {
            last.removeFirst();
        }
        last.addLast(text);
        listener.ifPresent(taker -> taker.accept(TraceLine.readable(text)));
    }

    /**
     * Returns the hash of everything recorded so far (FNV-1a, 64 bits).
     *
     * @return the hash
     */
    public long hash() {
        return hash;
    }

    /**
     * Returns the last lines.
     *
     * @return at most {@link #LAST_LINES} lines, the newest last
     */
    public List<String> lastLines() {
        return last.stream().map(TraceLine::readable).toList();
    }

    /**
     * Returns the events of one kind so far.
     *
     * @param <E> kind of event
     * @param kind class of the events
     * @return the events in order
     */
    public <E extends TraceEvent> List<E> events(Class<E> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
