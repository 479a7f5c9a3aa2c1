/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A message: a header of 16 bytes and a payload.
 *
 * @param type a number of {@link MessageType}, any in a request
 * @param request number that the guest gave the request; 0 for an event
 * @param transaction number of the transaction; 0 for none
 * @param payload at most {@link #PAYLOAD_BYTES}; not changed
 */
record Message(int type, int request, int transaction, byte[] payload) {
    static final int HEADER_BYTES = 16;
    static final int PAYLOAD_BYTES = 4096;

    Message answer(int kind, byte[] content) {
        return new Message(kind, request, transaction, content);
    }

    Message answer(String content) {
        return answer(type, content.getBytes(StandardCharsets.ISO_8859_1));
    }

    Message error(StoreError error) {
        return answer(MessageType.ERROR, (error.name() + '\0').getBytes(StandardCharsets.ISO_8859_1));
    }

    static Message event(String content) {
        return new Message(MessageType.WATCH_EVENT, 0, 0, content.getBytes(StandardCharsets.ISO_8859_1));
    }

    byte[] toBytes() {
        return ByteBuffer.allocate(HEADER_BYTES + payload.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(type)
                .putInt(request)
                .putInt(transaction)
                .putInt(payload.length)
                .put(payload)
                .array();
    }

    /** Reads a complete message. */
    static Message of(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int type = buffer.getInt();
        int request = buffer.getInt();
        int transaction = buffer.getInt();
        byte[] payload = new byte[buffer.getInt()];
        buffer.get(payload);
        return new Message(type, request, transaction, payload);
    }

    /** The only text of the payload, which ends with its only zero byte. */
    String text() throws StoreRefusal {
        List<String> texts = texts();
        if (texts.size() != 1) {
            throw new StoreRefusal(StoreError.EINVAL);
        }
        return texts.get(0);
    }

    /** The texts of the payload, each of which ends with a zero byte. Something after the last one is an error. */
    List<String> texts() throws StoreRefusal {
        List<String> texts = new ArrayList<>();
        int begin = 0;
        for (int i = 0; i < payload.length; i++) {
            if (payload[i] == 0) {
                texts.add(new String(payload, begin, i - begin, StandardCharsets.ISO_8859_1));
                begin = i + 1;
            }
        }
        if (begin != payload.length) {
            throw new StoreRefusal(StoreError.EINVAL);
        }
        return texts;
    }

    /** The index after the first zero byte: a path ends there, and a value begins. */
    int valueOffset() throws StoreRefusal {
        for (int i = 0; i < payload.length; i++) {
            if (payload[i] == 0) {
                return i + 1;
            }
        }
        throw new StoreRefusal(StoreError.EINVAL);
    }
}
