/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event.abi;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.event.port.PortTable;
import io.faultline.backend.xen.frame.GuestFrames;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The queues of the FIFO ABI: 16 for each vCPU. Where each ends only the hypervisor knows; where it begins, and which are not
 * empty, stands in the vCPU's control block, which is only written (xen.md 4.5).
 *
 * <p>A queue is named by {@link #queue}: vCPU * 16 + priority.
 *
 * @since 0.1
 */
@Singleton
public final class FifoQueues {
    /** Size of a control block: 4 bytes that say which queues are not empty, 4 reserved, 4 for each queue. */
    public static final int BLOCK_BYTES = 72;

    private static final int READY = 0;
    private static final int HEADS = 8;
    private static final int PRIORITY = PortTable.PRIORITIES - 1;
    private static final int VCPU_SHIFT = 4;
    private static final long NO_BLOCK = -1;

    private final @Nullable Frame[] frames;
    private final int[] offsets;
    private final int[] tails;

    /**
     * Makes empty queues without control blocks.
     *
     * @param domain the domain
     */
    @Inject
    public FifoQueues(EventDomain domain) {
        frames = new Frame[domain.vcpus()];
        offsets = new int[domain.vcpus()];
        tails = new int[domain.vcpus() * PortTable.PRIORITIES];
    }

    /**
     * Names a queue.
     *
     * @param vcpu index of the vCPU
     * @param priority 0 to 15
     * @return number of the queue
     */
    public static int queue(int vcpu, int priority) {
        return vcpu << VCPU_SHIFT | priority;
    }

    /**
     * Tells whether a vCPU can be told of events.
     *
     * @param vcpu index of the vCPU
     * @return true if it has a control block
     */
    public boolean hasBlock(int vcpu) {
        return frames[vcpu] != null;
    }

    /**
     * Gives a vCPU its control block. What stands in it is left alone.
     *
     * @param vcpu index of the vCPU, which has none
     * @param frame page of the block
     * @param offset where in the page, a multiple of 8; all of the block is in the page
     */
    public void block(int vcpu, Frame frame, int offset) {
        offsets[vcpu] = offset;
        frames[vcpu] = frame;
    }

    /** Empties all queues and gives the control blocks back. */
    public void clear() {
        Arrays.fill(frames, null);
        Arrays.fill(offsets, 0);
        Arrays.fill(tails, 0);
    }

    /**
     * Returns the last port of a queue, as far as the hypervisor knows.
     *
     * @param queue number of the queue
     * @return the port; 0 if none was added yet, or it went to another queue since
     */
    public int tail(int queue) {
        return tails[queue];
    }

    /**
     * Remembers the last port of a queue.
     *
     * @param queue number of the queue
     * @param port the port, or 0
     */
    public void tail(int queue, int port) {
        tails[queue] = port;
    }

    /**
     * Says where a queue begins.
     *
     * @param queue number of a queue of a vCPU with a control block
     * @param port the port
     */
    public void head(int queue, int port) {
        int vcpu = queue >> VCPU_SHIFT;
        frame(vcpu).store32(offsets[vcpu] + HEADS + (queue & PRIORITY) * Integer.BYTES, port);
    }

    /**
     * Says that a queue is not empty.
     *
     * @param queue number of a queue of a vCPU with a control block
     * @return true if that was said before and the guest has not looked since
     */
    public boolean testAndSetReady(int queue) {
        int vcpu = queue >> VCPU_SHIFT;
        return frame(vcpu).testAndSet32(offsets[vcpu] + READY, 1 << (queue & PRIORITY));
    }

    /**
     * Tells whether the guest has been told that a queue is not empty and has not looked since.
     *
     * @param queue number of a queue of a vCPU with a control block
     * @return true if so
     */
    public boolean isReady(int queue) {
        int vcpu = queue >> VCPU_SHIFT;
        return (frame(vcpu).load32(offsets[vcpu] + READY) & 1 << (queue & PRIORITY)) != 0;
    }

    /**
     * Tells whether a page holds a control block.
     *
     * @param physical physical address of the page
     * @return true if the hypervisor writes to it
     */
    public boolean uses(long physical) {
        for (Frame frame : frames) {
            if (frame != null && frame.physical() == physical) {
                return true;
            }
        }
        return false;
    }

    private Frame frame(int vcpu) {
        Frame frame = frames[vcpu];
        if (frame == null) {
            throw new IllegalStateException("vCPU " + vcpu + " has no control block");
        }
        return frame;
    }

    void save(StateWriter writer) {
        long[] blocks = new long[frames.length];
        for (int i = 0; i < blocks.length; i++) {
            Frame frame = frames[i];
            blocks[i] = frame == null ? NO_BLOCK : frame.physical() + offsets[i];
        }
        writer.words("blocks", blocks);
        long[] ends = new long[tails.length];
        for (int i = 0; i < ends.length; i++) {
            ends[i] = tails[i];
        }
        writer.words("tails", ends);
    }

    void restore(StateReader reader, GuestFrames guest, EventArray array) {
        clear();
        long[] blocks = reader.words("blocks", frames.length);
        for (int i = 0; i < blocks.length; i++) {
            if (blocks[i] != NO_BLOCK) {
                Frame frame = guest.physical(PageSize.pageOf(blocks[i]));
                int offset = (int) (blocks[i] & PageSize.OFFSET_MASK);
                if (frame == null || offset % Long.BYTES != 0 || offset > PageSize.BYTES - BLOCK_BYTES) {
                    throw reader.invalid("blocks", "has 0x" + Long.toHexString(blocks[i]) + " for vCPU " + i);
                }
                block(i, frame, offset);
            }
        }
        long[] ends = reader.words("tails", tails.length);
        for (int i = 0; i < ends.length; i++) {
            if (ends[i] < 0 || ends[i] >= PortTable.MOST_PORTS || !array.covers((int) ends[i]) && ends[i] != 0) {
                throw reader.invalid("tails", "has " + ends[i] + " for queue " + i);
            }
            tails[i] = (int) ends[i];
        }
    }
}
