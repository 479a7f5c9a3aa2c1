/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

import io.faultline.hwmodel.memory.LittleEndian;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A buffer for one message, and a link of the queue in which the message waits.
 *
 * @since 0.1
 */
public final class MessageBuffer {
    /** Largest payload in bytes. */
    public static final int PAYLOAD_BYTES = 240;

    private static final int NOWHERE = -1;

    private final BufferOwner owner;
    private final BufferKind kind;
    private final int key;
    private final byte[] payload = new byte[PAYLOAD_BYTES];
    private int type;
    private int size;
    private long origination;

    /** Links of the queue; both null outside of one. */
    @Nullable
    MessageBuffer previous;

    @Nullable
    MessageBuffer next;

    /** In which queue it waits, or {@link #NOWHERE}. */
    int queue = NOWHERE;

    /**
     * Makes a free buffer.
     *
     * @param owner whose it is
     * @param kind what kind of owner that is
     * @param key tells owners of a kind and vCPU apart, for example the identifier of a port or the index of a timer
     */
    public MessageBuffer(BufferOwner owner, BufferKind kind, int key) {
        this.owner = Objects.requireNonNull(owner, "owner");
        this.kind = Objects.requireNonNull(kind, "kind");
        this.key = key;
    }

    /**
     * Writes the head of a message.
     *
     * @param messageType type, not 0
     * @param bytes bytes of the payload, 0 to 240
     * @param from origination
     */
    public void message(int messageType, int bytes, long from) {
        type = messageType;
        size = Objects.checkIndex(bytes, PAYLOAD_BYTES + 1);
        origination = from;
    }

    /**
     * Returns the payload for reading and writing.
     *
     * @return 240 bytes, the same array each time
     */
    public byte[] payload() {
        return payload;
    }

    /**
     * Writes a doubleword of the payload.
     *
     * @param offset 0 to 232
     * @param value the doubleword
     */
    public void payload64(int offset, long value) {
        LittleEndian.store(payload, offset, Long.BYTES, value);
    }

    /**
     * Writes a word of the payload.
     *
     * @param offset 0 to 236
     * @param value the word
     */
    public void payload32(int offset, int value) {
        LittleEndian.store(payload, offset, Integer.BYTES, value);
    }

    /**
     * Returns the type.
     *
     * @return message type
     */
    public int type() {
        return type;
    }

    /**
     * Returns the size of the payload.
     *
     * @return 0 to 240 bytes
     */
    public int size() {
        return size;
    }

    /**
     * Returns where the message comes from.
     *
     * @return origination
     */
    public long origination() {
        return origination;
    }

    /**
     * Returns whose buffer this is.
     *
     * @return the owner
     */
    public BufferOwner owner() {
        return owner;
    }

    /**
     * Returns what kind of owner it has.
     *
     * @return the kind
     */
    public BufferKind kind() {
        return kind;
    }

    /**
     * Returns what tells owners apart.
     *
     * @return the key
     */
    public int key() {
        return key;
    }

    /**
     * Tells whether the message waits in a queue.
     *
     * @return true from {@link MessageQueues#post} until the owner hears that it is released or takes it back
     */
    public boolean isQueued() {
        return queue != NOWHERE;
    }

    void unlinked() {
        previous = null;
        next = null;
        queue = NOWHERE;
    }
}
