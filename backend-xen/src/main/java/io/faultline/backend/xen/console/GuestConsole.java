/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.console;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.ring.ByteQueue;
import io.faultline.backend.xen.ring.ByteRing;
import io.faultline.backend.xen.ring.RingLayout;
import io.faultline.backend.xen.ring.RingSignal;
import org.jspecify.annotations.Nullable;

/**
 * The host's end of the console of one guest (xen.md 6.5).
 *
 * <p>What the guest writes is taken from the ring whenever the guest says so and kept for the VMM. If the VMM does not take
 * it, the ring fills up and the guest waits. An event follows each change that the host makes to the ring, and nothing else:
 * a guest delays a console that raises events without a reason (XEN-177, XEN-178).
 *
 * <p>A guest whose indices are more than the size of a ring apart is not listened to, and not written to, until it has
 * mended them. Used by the thread that drives the machine.
 *
 * @since 0.1
 */
public final class GuestConsole implements StateElement {
    /** Largest number of bytes of output that wait for the VMM. */
    public static final int OUTPUT_BYTES = 64 * 1024;
    /** Largest number of bytes of input that wait for room in the ring. */
    public static final int INPUT_BYTES = 4 * 1024;

    private final @Nullable ByteRing in;
    private final @Nullable ByteRing out;
    private final RingSignal signal;
    private final ByteQueue output = new ByteQueue(OUTPUT_BYTES);
    private final ByteQueue input = new ByteQueue(INPUT_BYTES);
    private final byte[] copy = new byte[Math.max(RingLayout.CONSOLE_OUTPUT.size(), RingLayout.CONSOLE_INPUT.size())];
    private long lost;

    /**
     * Makes the end of a console.
     *
     * @param page the page of the rings; null if the guest has none, and its console is console_io alone
     * @param signal tells the guest of changes
     */
    public GuestConsole(@Nullable Frame page, RingSignal signal) {
        this.in = page == null ? null : new ByteRing(page, RingLayout.CONSOLE_INPUT);
        this.out = page == null ? null : new ByteRing(page, RingLayout.CONSOLE_OUTPUT);
        this.signal = signal;
    }

    /** The guest has sent an event: it has written output, or read input. */
    public void notified() {
        int drained = drain();
        int filled = fill();
        if (drained + filled > 0) {
            signal.raise();
        }
    }

    private int drain() {
        if (out == null) {
            return 0;
        }
        int count = out.read(copy, 0, Math.min(copy.length, output.room()));
        output.add(copy, 0, count);
        return count;
    }

    private int fill() {
        if (in == null) {
            return 0;
        }
        int waiting = Math.min(input.size(), copy.length);
        input.peek(copy, 0, waiting);
        int count = in.write(copy, 0, waiting);
        input.drop(count);
        return count;
    }

    /**
     * Takes what the guest has written. A guest that waits for room gets it.
     *
     * @return all bytes that are there, oldest first; often none
     */
    public byte[] takeOutput() {
        // What is still in the ring belongs to this text, as far as it fits.
        int drained = drain();
        byte[] taken = output.takeAll();
        if (drained + drain() > 0) {
            signal.raise();
        }
        return taken;
    }

    /**
     * Returns how much output waits for the VMM, without looking into the ring.
     *
     * @return number of bytes, 0 to {@link #OUTPUT_BYTES}; at the largest number the guest has to wait
     */
    public int outputBytes() {
        return output.size();
    }

    /**
     * Offers input to the guest.
     *
     * @param bytes what somebody has typed
     * @return how many of them were taken: what fits in the ring now, and {@value #INPUT_BYTES} bytes that wait for room
     */
    public int offer(byte[] bytes) {
        int taken = input.add(bytes, 0, bytes.length);
        int filled = fill();
        int more = input.add(bytes, taken, bytes.length - taken);
        if (filled > 0) {
            signal.raise();
        }
        return taken + more;
    }

    /**
     * Returns how many bytes of output of console_io were lost because the VMM did not take output.
     *
     * @return number of bytes since reset
     */
    public long lost() {
        return lost;
    }

    /** Appends a piece of output that did not come through the ring. A call cannot wait: what does not fit is lost. */
    void print(byte[] text, int length) {
        lost += length - output.add(text, 0, length);
    }

    /** Input that waits, for a guest that reads it by console_io. */
    ByteQueue waitingInput() {
        return input;
    }

    @Override
    public String stateName() {
        return "console";
    }

    @Override
    public void reset() {
        output.clear();
        input.clear();
        lost = 0;
    }

    @Override
    public void save(StateWriter writer) {
        writer.bytes("output", output.toArray());
        writer.bytes("input", input.toArray());
        writer.word("lost", lost);
    }

    @Override
    public void restore(StateReader reader) {
        reset();
        load(reader, "output", output);
        load(reader, "input", input);
        lost = reader.word("lost", 0, Long.MAX_VALUE);
    }

    private static void load(StateReader reader, String name, ByteQueue queue) {
        byte[] bytes = reader.bytes(name);
        if (queue.add(bytes, 0, bytes.length) != bytes.length) {
            throw reader.invalid(name, "has " + bytes.length + " bytes, more than the queue holds");
        }
    }
}
