/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.faultline.backend.hyperv.synic.BufferKind;
import io.faultline.backend.hyperv.synic.BufferPool;
import io.faultline.backend.hyperv.synic.MessageBuffer;
import io.faultline.backend.hyperv.synic.MessageQueues;
import io.faultline.backend.hyperv.synic.TestBuffers;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Queues of messages with one slot for each source, which a test empties. */
final class TestQueues implements MessageQueues {
    private final TreeMap<Integer, List<MessageBuffer>> waiting = new TreeMap<>();
    private final TreeMap<Integer, String> slots = new TreeMap<>();
    BufferPool pool = (vcpu, key) -> null;

    private static int place(int vcpu, int source) {
        return vcpu * 16 + source;
    }

    @Override
    public void post(int vcpu, int source, MessageBuffer buffer) {
        assertFalse(buffer.isQueued());
        TestBuffers.queued(buffer, true);
        waiting.computeIfAbsent(place(vcpu, source), at -> new ArrayList<>()).add(buffer);
        scan(place(vcpu, source));
    }

    private void scan(int place) {
        List<MessageBuffer> queue = waiting.getOrDefault(place, List.of());
        if (!queue.isEmpty() && !slots.containsKey(place)) {
            MessageBuffer buffer = queue.remove(0);
            buffer.owner().placing(buffer);
            slots.put(place, TestBuffers.text(buffer));
            TestBuffers.queued(buffer, false);
            buffer.owner().released(buffer);
        }
    }

    /** Makes a slot busy. */
    void fill(int vcpu, int source) {
        slots.put(place(vcpu, source), "busy");
    }

    /** Empties a slot, whose content is returned, and writes EOM. */
    String take(int vcpu, int source) {
        String content = slots.remove(place(vcpu, source));
        scan(place(vcpu, source));
        return content == null ? "" : content;
    }

    int waiting() {
        return waiting.values().stream().mapToInt(List::size).sum();
    }

    @Override
    public void withdraw(MessageBuffer buffer) {
        waiting.values().forEach(queue -> queue.remove(buffer));
        TestBuffers.queued(buffer, false);
    }

    @Override
    public void pool(BufferKind kind, BufferPool from) {
        pool = from;
    }

    @Override
    public boolean isReceiving(int vcpu) {
        return true;
    }
}
