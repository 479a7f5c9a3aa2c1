/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.ring;

import java.util.Objects;

/**
 * A queue of bytes in host memory that holds no more than a fixed number. Its array grows in steps.
 *
 * @since 0.1
 */
public final class ByteQueue {
    private static final int FIRST_BYTES = 256;
    private static final byte[] NONE = new byte[0];

    private final int most;
    private byte[] bytes = NONE;
    private int head;
    private int size;

    /**
     * Makes an empty queue.
     *
     * @param most largest number of bytes, at least 1
     */
    public ByteQueue(int most) {
        this.most = most;
    }

    /**
     * Returns how many bytes are in the queue.
     *
     * @return 0 to the largest number
     */
    public int size() {
        return size;
    }

    /**
     * Returns how many bytes fit.
     *
     * @return 0 to the largest number
     */
    public int room() {
        return most - size;
    }

    /**
     * Appends bytes.
     *
     * @param source where from
     * @param offset first index in the source
     * @param length number of bytes
     * @return how many fitted
     */
    public int add(byte[] source, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, source.length);
        int count = Math.min(length, room());
        reserve(size + count);
        int tail = bytes.length == 0 ? 0 : (head + size) % bytes.length;
        int first = Math.min(count, bytes.length - tail);
        System.arraycopy(source, offset, bytes, tail, first);
        System.arraycopy(source, offset + first, bytes, 0, count - first);
        size += count;
        return count;
    }

    private void reserve(int wanted) {
        if (wanted > bytes.length) {
            byte[] larger = new byte[Math.min(most, Math.max(Math.max(FIRST_BYTES, 2 * bytes.length), wanted))];
            peek(larger, 0, size);
            bytes = larger;
            head = 0;
        }
    }

    /**
     * Copies the oldest bytes and leaves them in the queue.
     *
     * @param target where to
     * @param offset first index in the target
     * @param length number of bytes, at most {@link #size()}
     */
    public void peek(byte[] target, int offset, int length) {
        Objects.checkIndex(length, size + 1);
        int first = Math.min(length, bytes.length - head);
        System.arraycopy(bytes, head, target, offset, first);
        System.arraycopy(bytes, 0, target, offset + first, length - first);
    }

    /**
     * Drops the oldest bytes.
     *
     * @param length number of bytes, at most {@link #size()}
     */
    public void drop(int length) {
        Objects.checkIndex(length, size + 1);
        size -= length;
        head = size == 0 ? 0 : (head + length) % bytes.length;
    }

    /**
     * Takes everything.
     *
     * @return the bytes, oldest first
     */
    public byte[] takeAll() {
        byte[] all = toArray();
        clear();
        return all;
    }

    /**
     * Copies everything.
     *
     * @return the bytes, oldest first
     */
    public byte[] toArray() {
        if (size == 0) {
            return NONE;
        }
        byte[] all = new byte[size];
        peek(all, 0, size);
        return all;
    }

    /** Empties the queue. */
    public void clear() {
        head = 0;
        size = 0;
    }
}
