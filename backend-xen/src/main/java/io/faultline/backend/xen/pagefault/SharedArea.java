/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.pagefault;

import io.faultline.api.arm64.PageSize;
import io.faultline.backend.core.frame.Frame;
import java.util.Objects;

/**
 * The area of one vCPU that guest and hypervisor share: the word of not-present, and the ring of ready. It names memory, not
 * the guest's address for it; the page is pinned. All words are little-endian and 32 bits wide, and each is written by a
 * single store (APF-030).
 *
 * <p>Used with every vCPU stopped. Nothing that the guest writes is used as an index.
 *
 * @param frame the page
 * @param offset where the area begins in it, a multiple of {@link #ALIGNMENT}
 * @param entries places of the ring, a power of two, {@link #LEAST_ENTRIES} to {@link #MOST_ENTRIES}
 * @since 0.1
 */
public record SharedArea(Frame frame, int offset, int entries) {
    /** Alignment of an area in bytes. */
    public static final int ALIGNMENT = 64;
    /** Smallest number of places of a ring. */
    public static final int LEAST_ENTRIES = 4;
    /** Largest number of places of a ring. */
    public static final int MOST_ENTRIES = 256;

    /** State of not-present: the guest has consumed it, and handles the fault asynchronously. */
    public static final int FREE = 0;
    /** State of not-present: the page of the present context is not there. */
    public static final int NOT_PRESENT = 1;
    /** State of not-present: the guest has consumed it and wants to wait for the page at the access. */
    public static final int DECLINED = 2;

    /** Kind of an entry: the page of the token is there. */
    public static final int READY = 1;
    /** Kind of an entry: whatever was announced on this vCPU is to be tried again. */
    public static final int WAKE_ALL = 2;

    /** Offset of the state of not-present in bytes. */
    public static final int STATE = 0x00;
    /** Offset of the token of not-present. */
    public static final int TOKEN = 0x04;
    /** Offset of the number of entries that were written, modulo 2^32. */
    public static final int PRODUCER = 0x08;
    /** Offset of the number of entries that the guest has consumed, modulo 2^32. */
    public static final int CONSUMER = 0x0C;
    /** Offset of the ring; what is in between is the guest's. */
    public static final int RING = 0x40;
    /** Size of an entry: token, kind. */
    public static final int ENTRY_BYTES = 8;

    private static final int KIND = 4;

    /**
     * Checks the place.
     *
     * @throws IllegalArgumentException if no area can be there
     */
    public SharedArea {
        Objects.requireNonNull(frame, "frame");
        if (!isRing(entries) || !isPlaced(offset, entries)) {
            throw new IllegalArgumentException("no area of " + entries + " entries can be at " + offset);
        }
    }

    static boolean isRing(int entries) {
        return entries >= LEAST_ENTRIES && entries <= MOST_ENTRIES && Integer.bitCount(entries) == 1;
    }

    /** Whether an area of a ring that can be stays within its page. */
    static boolean isPlaced(int offset, int entries) {
        return offset >= 0 && offset % ALIGNMENT == 0 && offset <= PageSize.BYTES - bytes(entries);
    }

    static int bytes(int entries) {
        return RING + entries * ENTRY_BYTES;
    }

    /** Makes an empty area of whatever was there. */
    void begin() {
        store(STATE, FREE);
        store(TOKEN, 0);
        store(PRODUCER, 0);
        store(CONSUMER, 0);
    }

    /**
     * Reads the state of not-present.
     *
     * @return what guest or hypervisor wrote last
     */
    public int state() {
        return frame.load32(offset + STATE);
    }

    void free() {
        store(STATE, FREE);
    }

    /**
     * Writes not-present: token, then state, so that whoever sees the state sees the token.
     *
     * @param token the token, 32 bits
     */
    public void notPresent(long token) {
        store(TOKEN, (int) token);
        store(STATE, NOT_PRESENT);
    }

    /** Takes a not-present back that the guest has not seen. */
    void withdraw() {
        store(STATE, FREE);
        store(TOKEN, 0);
    }

    /**
     * Returns how many entries have no place yet.
     *
     * @param producer number of entries that were written
     * @return 0 to the number of places; 0 also if the guest says that it has consumed what was not written
     */
    int room(int producer) {
        int unread = producer - frame.load32(offset + CONSUMER);
        return Integer.compareUnsigned(unread, entries) > 0 ? 0 : entries - unread;
    }

    /** Writes an entry, then says so. There is room. */
    void append(int producer, int kind, long token) {
        int place = RING + (producer & entries - 1) * ENTRY_BYTES;
        store(place, (int) token);
        store(place + KIND, kind);
        store(PRODUCER, producer + 1);
    }

    private void store(int at, int value) {
        frame.store32(offset + at, value);
    }
}
