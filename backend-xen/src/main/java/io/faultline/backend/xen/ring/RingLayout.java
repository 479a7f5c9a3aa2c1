/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.ring;

/**
 * Where a ring is in its page. The indices run freely over 32 bits; the place of a byte is its index modulo the size.
 *
 * @param data offset of the bytes
 * @param size number of bytes, a power of two
 * @param consumer offset of the index of the next byte to be read
 * @param producer offset of the index of the next byte to be written
 * @since 0.1
 */
public record RingLayout(int data, int size, int consumer, int producer) {
    /** From host to guest on the page of the console (xen.md 6.5). */
    public static final RingLayout CONSOLE_INPUT = new RingLayout(0x000, 1024, 0xC00, 0xC04);
    /** From guest to host on the page of the console. */
    public static final RingLayout CONSOLE_OUTPUT = new RingLayout(0x400, 2048, 0xC08, 0xC0C);
    /** Requests on the page of xenstore (xen.md 6.6). */
    public static final RingLayout STORE_REQUESTS = new RingLayout(0x000, 1024, 0x800, 0x804);
    /** Replies and events on the page of xenstore. */
    public static final RingLayout STORE_REPLIES = new RingLayout(0x400, 1024, 0x808, 0x80C);

    /**
     * Checks the size.
     *
     * @throws IllegalArgumentException if it is not a power of two
     */
    public RingLayout {
        if (Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException("a ring of " + size + " bytes is not a power of two");
        }
    }
}
