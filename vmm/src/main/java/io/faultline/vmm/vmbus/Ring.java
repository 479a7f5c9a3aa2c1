/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.vmbus;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.memory.GuestMemory;
import io.faultline.api.memory.PageResidency;

/**
 * One of the two rings of an open channel, in pages of the guest: a page of indices, and pages of data behind it. Nothing that
 * is read here is trusted; a vCPU does not run meanwhile.
 */
final class Ring {
    /** Where the writer goes on. */
    static final int WRITE_INDEX = 0;

    /** Where the reader goes on. */
    static final int READ_INDEX = 4;

    /** Not 0 while the reader does not want to be told. */
    static final int INTERRUPT_MASK = 8;

    /** Not 0 while the writer wants to be told when more than so many bytes are free. */
    static final int PENDING_SEND_SIZE = 12;

    /** Packets begin and end at multiples of it. */
    static final int UNIT = 8;

    /** What a ring needs at least. */
    static final int LEAST_PAGES = 2;

    /** There is no such page. */
    static final long NO_PAGE = -1;

    private final GuestMemory memory;
    private final Gpadl pages;
    private final int first;
    private final int size;

    /**
     * Makes a ring.
     *
     * @param memory guest memory
     * @param pages a buffer
     * @param first index of the page of indices in it
     * @param count how many pages the ring has with it, at least {@link #LEAST_PAGES}
     */
    Ring(GuestMemory memory, Gpadl pages, int first, int count) {
        this.memory = memory;
        this.pages = pages;
        this.first = first;
        this.size = (count - 1) * PageSize.BYTES;
    }

    /** Bytes of data. */
    int size() {
        return size;
    }

    boolean isIndex(int value) {
        return value >= 0 && value < size && value % UNIT == 0;
    }

    /** Bytes from an index to another. */
    int distance(int from, int to) {
        return to >= from ? to - from : size - from + to;
    }

    int advance(int index, int bytes) {
        return (int) (((long) index + bytes) % size);
    }

    long indices() {
        return pages.page(first);
    }

    int field(int field) {
        return (int) memory.load(indices() + field, AccessWidth.WORD);
    }

    void field(int field, int value) {
        memory.store(indices() + field, AccessWidth.WORD, value);
    }

    private long page(int index) {
        return pages.page(first + 1 + index / PageSize.BYTES);
    }

    /** Address of the first page of a range of data that is not resident, or {@link #NO_PAGE}. */
    long missing(int from, int bytes) {
        int at = from;
        for (int left = bytes; left > 0; ) {
            if (memory.residency(page(at)) != PageResidency.RESIDENT) {
                return page(at);
            }
            int step = step(at, left);
            at = advance(at, step);
            left -= step;
        }
        return NO_PAGE;
    }

    private static int step(int at, int left) {
        return Math.min(left, PageSize.BYTES - at % PageSize.BYTES);
    }

    /** Reads data whose pages are resident. */
    byte[] read(int from, int bytes) {
        byte[] data = new byte[bytes];
        int at = from;
        for (int done = 0; done < bytes; ) {
            byte[] part = new byte[step(at, bytes - done)];
            memory.read(page(at) + at % PageSize.BYTES, part);
            System.arraycopy(part, 0, data, done, part.length);
            done += part.length;
            at = advance(at, part.length);
        }
        return data;
    }

    /** Writes data whose pages are resident. */
    void write(int to, byte[] data) {
        int at = to;
        for (int done = 0; done < data.length; ) {
            byte[] part = new byte[step(at, data.length - done)];
            System.arraycopy(data, done, part, 0, part.length);
            memory.write(page(at) + at % PageSize.BYTES, part);
            done += part.length;
            at = advance(at, part.length);
        }
    }
}
