/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import io.faultline.backend.hyperv.synic.BufferKind;
import io.faultline.backend.hyperv.synic.BufferOwner;
import io.faultline.backend.hyperv.synic.MessageBuffer;
import io.faultline.backend.hyperv.synic.MessageQueues;
import java.util.function.IntConsumer;

/**
 * Ready by messages, on one vCPU. While the slot is busy one message waits, and takes up when it is written what the engine has
 * by then: what cannot be shown yet stays in the engine, where it can still be cancelled.
 *
 * @since 0.1
 */
public final class ReadyMessages implements BufferOwner {
    /** Type of the message: one of the hypervisor's own, which no guest can post. */
    public static final int TYPE = 0x8000_0F00;
    /** Offset of the tokens in the payload; their number is at 0. */
    public static final int TOKENS = 8;
    /** Tokens that fit into one message. */
    public static final int MOST_TOKENS = (MessageBuffer.PAYLOAD_BYTES - TOKENS) / Integer.BYTES;

    private enum Progress {
        /** No message is being written. */
        IDLE,
        /** One is being posted, with the token that it is posted for. */
        POSTING,
        /** One that has waited is being written, and filled by the engine. */
        FILLING
    }

    private final int vcpu;
    private final MessageQueues queues;
    private final IntConsumer engine;
    private final MessageBuffer buffer = new MessageBuffer(this, BufferKind.PAGE_FAULT, 0);
    private Progress progress = Progress.IDLE;
    private int count;

    /**
     * Makes the messages of a vCPU.
     *
     * @param vcpu index of the vCPU
     * @param queues where they wait
     * @param engine has the engine show what it has for a vCPU
     */
    ReadyMessages(int vcpu, MessageQueues queues, IntConsumer engine) {
        this.vcpu = vcpu;
        this.queues = queues;
        this.engine = engine;
    }

    /**
     * Returns the buffer.
     *
     * @return the only one
     */
    MessageBuffer buffer() {
        return buffer;
    }

    /**
     * Tells whether a token can be told now, or a message can be made to wait for its sake.
     *
     * @return true if {@link #show} makes sense
     */
    boolean isFree() {
        return progress == Progress.FILLING ? count < MOST_TOKENS : !buffer.isQueued();
    }

    /**
     * Tells a token.
     *
     * @param source synthetic interrupt source
     * @param token the token, 32 bits
     * @return false if a message waits now, which will ask for it
     */
    boolean show(int source, long token) {
        if (progress == Progress.FILLING) {
            add(token);
            return true;
        }
        if (buffer.isQueued()) {
            return false;
        }
        count = 0;
        add(token);
        finish();
        progress = Progress.POSTING;
        queues.post(vcpu, source, buffer);
        progress = Progress.IDLE;
        return !buffer.isQueued();
    }

    private void add(long token) {
        buffer.payload32(TOKENS + Integer.BYTES * count, (int) token);
        count++;
    }

    private void finish() {
        buffer.payload32(0, count);
        buffer.payload32(Integer.BYTES, 0);
        buffer.message(TYPE, TOKENS + Integer.BYTES * count, 0);
    }

    /** Takes back what waits. */
    void withdraw() {
        queues.withdraw(buffer);
    }

    @Override
    public void placing(MessageBuffer written) {
        if (progress == Progress.IDLE) {
            count = 0;
            progress = Progress.FILLING;
            engine.accept(vcpu);
            progress = Progress.IDLE;
            finish();
        }
    }

    /** There may be more than one message can hold. */
    @Override
    public void released(MessageBuffer written) {
        if (progress == Progress.IDLE) {
            engine.accept(vcpu);
        }
    }
}
