/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.ring;

import io.faultline.backend.core.frame.Frame;

/**
 * The host's end of a ring of bytes. Both indices can be written by the guest: they are read once for each operation, and
 * nothing is done if they are more than the size apart.
 *
 * @since 0.1
 */
public final class ByteRing {
    /** What {@link #filled} returns if the indices make no sense. */
    public static final int CORRUPT = -1;

    private final Frame frame;
    private final RingLayout layout;

    /**
     * Makes the end of a ring.
     *
     * @param frame the page
     * @param layout where in the page
     */
    public ByteRing(Frame frame, RingLayout layout) {
        this.frame = frame;
        this.layout = layout;
    }

    /**
     * Returns how many bytes are in the ring.
     *
     * @return 0 to the size, or {@link #CORRUPT}
     */
    public int filled() {
        return distance(frame.load32(layout.consumer()), frame.load32(layout.producer()));
    }

    private int distance(int consumer, int producer) {
        int filled = producer - consumer;
        return filled < 0 || filled > layout.size() ? CORRUPT : filled;
    }

    /**
     * Takes bytes out.
     *
     * @param target where to
     * @param offset first index in the target
     * @param most largest number of bytes, at least 0
     * @return number of bytes taken; 0 if the ring is empty or corrupt
     */
    public int read(byte[] target, int offset, int most) {
        int consumer = frame.load32(layout.consumer());
        int count = Math.min(most, distance(consumer, frame.load32(layout.producer())));
        if (count <= 0) {
            return 0;
        }
        int place = consumer & layout.size() - 1;
        int first = Math.min(count, layout.size() - place);
        frame.read(layout.data() + place, target, offset, first);
        frame.read(layout.data(), target, offset + first, count - first);
        frame.store32(layout.consumer(), consumer + count);
        return count;
    }

    /**
     * Puts bytes in.
     *
     * @param source where from
     * @param offset first index in the source
     * @param most largest number of bytes, at least 0
     * @return number of bytes put in; 0 if the ring is full or corrupt
     */
    public int write(byte[] source, int offset, int most) {
        int producer = frame.load32(layout.producer());
        int filled = distance(frame.load32(layout.consumer()), producer);
        int count = filled == CORRUPT ? 0 : Math.min(most, layout.size() - filled);
        if (count <= 0) {
            return 0;
        }
        int place = producer & layout.size() - 1;
        int first = Math.min(count, layout.size() - place);
        frame.write(layout.data() + place, source, offset, first);
        frame.write(layout.data(), source, offset + first, count - first);
        frame.store32(layout.producer(), producer + count);
        return count;
    }

    /** Empties the ring and sets both indices to zero. */
    public void clear() {
        frame.store32(layout.consumer(), 0);
        frame.store32(layout.producer(), 0);
    }
}
