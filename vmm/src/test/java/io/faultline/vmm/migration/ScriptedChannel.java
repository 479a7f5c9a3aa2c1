/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.migration;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** A channel whose other side says what a test has prepared; at its end it is silent or broken. */
final class ScriptedChannel implements FrameChannel {
    final List<Frame> sent = new ArrayList<>();
    private final Deque<Frame> arriving = new ArrayDeque<>();
    boolean breaksWhenEmpty;
    boolean broken;
    boolean closed;

    ScriptedChannel says(Frame... frames) {
        arriving.addAll(List.of(frames));
        return this;
    }

    ScriptedChannel thenBreaks() {
        breaksWhenEmpty = true;
        return this;
    }

    @Override
    public void send(Frame frame) throws IOException {
        requireWhole();
        sent.add(frame);
    }

    @Override
    public Optional<Frame> receive(long nanos) throws IOException {
        if (arriving.isEmpty() && breaksWhenEmpty) {
            broken = true;
        }
        if (arriving.isEmpty()) {
            requireWhole();
        }
        return Optional.ofNullable(arriving.pollFirst());
    }

    @Override
    public void awaitRoom() throws IOException {
        requireWhole();
    }

    private void requireWhole() throws IOException {
        if (broken || closed) {
            throw new IOException("cut");
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
