/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

import io.faultline.hwmodel.memory.LittleEndian;

/** What only queues may do with a buffer. */
public final class TestBuffers {
    private TestBuffers() {}

    /** Marks a buffer. */
    public static void queued(MessageBuffer buffer, boolean isQueued) {
        buffer.queue = isQueued ? 0 : -1;
    }

    /** A timer message as a text: index, times of expiration and delivery. */
    public static String text(MessageBuffer buffer) {
        byte[] payload = buffer.payload();
        return Integer.toHexString(buffer.type()) + " " + buffer.size() + " " + buffer.origination() + " "
                + LittleEndian.load(payload, 0, 8) + " " + LittleEndian.load(payload, 8, 8) + " "
                + LittleEndian.load(payload, 16, 8);
    }
}
