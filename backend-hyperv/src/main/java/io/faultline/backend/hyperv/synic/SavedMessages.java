/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;

/** Messages that wait, as a saved state has them: queue after queue, in order. */
final class SavedMessages {
    private final long[] queues;
    private final long[] kinds;
    private final long[] keys;
    private final long[] types;
    private final long[] sizes;
    private final long[] originations;
    private final byte[] payloads;
    private int added;
    private int bytes;

    SavedMessages(int count, int payloadBytes) {
        queues = new long[count];
        kinds = new long[count];
        keys = new long[count];
        types = new long[count];
        sizes = new long[count];
        originations = new long[count];
        payloads = new byte[payloadBytes];
    }

    private SavedMessages(StateReader reader) {
        queues = reader.words("queues");
        kinds = reader.words("kinds", queues.length);
        keys = reader.words("keys", queues.length);
        types = reader.words("types", queues.length);
        sizes = reader.words("sizes", queues.length);
        originations = reader.words("originations", queues.length);
        payloads = reader.bytes("payloads");
    }

    void add(MessageBuffer buffer) {
        queues[added] = buffer.queue;
        kinds[added] = buffer.kind().ordinal();
        keys[added] = buffer.key();
        types[added] = buffer.type();
        sizes[added] = buffer.size();
        originations[added] = buffer.origination();
        System.arraycopy(buffer.payload(), 0, payloads, bytes, buffer.size());
        added++;
        bytes += buffer.size();
    }

    void save(StateWriter writer) {
        writer.words("queues", queues);
        writer.words("kinds", kinds);
        writer.words("keys", keys);
        writer.words("types", types);
        writer.words("sizes", sizes);
        writer.words("originations", originations);
        writer.bytes("payloads", payloads);
    }

    static SavedMessages restore(StateReader reader, int queueCount) {
        SavedMessages saved = new SavedMessages(reader);
        long total = 0;
        for (int i = 0; i < saved.queues.length; i++) {
            require(reader, "queues", saved.queues[i], i == 0 ? 0 : saved.queues[i - 1], queueCount - 1L);
            require(reader, "kinds", saved.kinds[i], 0, BufferKind.values().length - 1L);
            require(reader, "keys", saved.keys[i], Integer.MIN_VALUE, Integer.MAX_VALUE);
            require(reader, "types", saved.types[i], Integer.MIN_VALUE, Integer.MAX_VALUE);
            require(reader, "sizes", saved.sizes[i], 0, MessageBuffer.PAYLOAD_BYTES);
            total += saved.sizes[i];
            if (saved.types[i] == 0) {
                throw reader.invalid("types", "has a message without type");
            }
            // What guests post is told from what the hypervisor says by the type.
            if (saved.kind(i) == BufferKind.PORT && (saved.types[i] < 0 || saved.originations[i] != saved.keys[i])) {
                throw reader.invalid("types", "has a message of a port that no port can have");
            }
        }
        if (total != saved.payloads.length) {
            throw reader.invalid("payloads", "has " + saved.payloads.length + " bytes instead of " + total);
        }
        return saved;
    }

    private static void require(StateReader reader, String name, long value, long lowest, long highest) {
        if (value < lowest || value > highest) {
            throw reader.invalid(name, "has " + value + ", outside " + lowest + " to " + highest);
        }
    }

    int count() {
        return queues.length;
    }

    int queue(int index) {
        return (int) queues[index];
    }

    BufferKind kind(int index) {
        return BufferKind.values()[(int) kinds[index]];
    }

    int key(int index) {
        return (int) keys[index];
    }

    /** To be called in order. */
    void fill(int index, MessageBuffer buffer) {
        int size = (int) sizes[index];
        buffer.message((int) types[index], size, originations[index]);
        System.arraycopy(payloads, bytes, buffer.payload(), 0, size);
        bytes += size;
    }
}
