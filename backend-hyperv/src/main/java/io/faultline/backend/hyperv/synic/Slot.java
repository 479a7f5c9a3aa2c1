/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

/**
 * The slot of a source in the page of messages (hyperv.md 3.3).
 *
 * @since 0.1
 */
public final class Slot {
    /** Bytes of a slot. */
    public static final int BYTES = 256;
    /** Offset of the type: a word, 0 for a free slot. */
    public static final int TYPE = 0;
    /** Offset of the size of the payload: a byte. */
    public static final int SIZE = 4;
    /** Offset of the flags: a byte. */
    public static final int FLAGS = 5;
    /** Offset of the origination: a doubleword. */
    public static final int ORIGINATION = 8;
    /** Offset of the payload: 240 bytes. */
    public static final int PAYLOAD = 16;
    /** Flag: more messages wait. */
    public static final int PENDING = 1;

    private Slot() {}

    /**
     * Returns where a slot is.
     *
     * @param source synthetic interrupt source, 0 to 15
     * @return offset in the page
     */
    public static int at(int source) {
        return source * BYTES;
    }
}
