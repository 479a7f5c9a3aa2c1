/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.vmbus;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** What a guest may send, and how long it is at least (hyperv.md 7.4). */
enum GuestMessage {
    REQUEST_OFFERS(3, 8),
    OPEN_CHANNEL(5, 148),
    CLOSE_CHANNEL(7, 12),
    GPADL_HEADER(8, 20),
    GPADL_BODY(9, 16),
    GPADL_TEARDOWN(11, 16),
    RELID_RELEASED(13, 12),
    INITIATE_CONTACT(14, 40),
    UNLOAD(16, 8),
    MODIFY_CHANNEL(22, 16);

    /** Bytes of the type and what follows it in every message. */
    static final int HEADER_BYTES = 8;

    private final int type;
    private final int least;

    GuestMessage(int type, int least) {
        this.type = type;
        this.least = least;
    }

    /** Tells what a payload is; null if it is nothing, or too short to be what it says. */
    static @Nullable GuestMessage of(ByteBuffer payload) {
        if (payload.capacity() < HEADER_BYTES) {
            return null;
        }
        int type = payload.getInt(0);
        for (GuestMessage message : values()) {
            if (message.type == type) {
                return payload.capacity() < message.least ? null : message;
            }
        }
        return null;
    }

    /** A view of a payload. */
    static ByteBuffer view(byte[] payload) {
        return ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    }
}
