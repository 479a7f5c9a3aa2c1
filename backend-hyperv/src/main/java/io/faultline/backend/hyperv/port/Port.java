/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import io.faultline.api.synic.SyntheticInterrupts;
import io.faultline.backend.hyperv.synic.BufferKind;
import io.faultline.backend.hyperv.synic.BufferOwner;
import io.faultline.backend.hyperv.synic.MessageBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A port: where messages or signals go. One for messages has its buffers from its beginning to its end.
 *
 * <p>Nobody finds a port that was deleted, but a connection may still have it: it keeps nothing alive.
 */
final class Port implements BufferOwner {
    private final int id;
    private final int vcpu;
    private final int source;
    private final int firstFlag;
    private final int flags;

    private MessageBuffer[] buffers;
    private int next;
    private @Nullable PortTable table;

    private Port(PortTable table, int id, int vcpu, int source, int firstFlag, int flags) {
        this.table = Objects.requireNonNull(table, "table");
        this.id = id;
        this.vcpu = vcpu;
        this.source = source;
        this.firstFlag = firstFlag;
        this.flags = flags;
        buffers = new MessageBuffer[flags == 0 ? SyntheticInterrupts.BUFFERS : 0];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = new MessageBuffer(this, BufferKind.PORT, id);
        }
    }

    static Port ofMessages(PortTable table, int id, int vcpu, int source) {
        return new Port(table, id, vcpu, source, 0, 0);
    }

    static Port ofEvents(PortTable table, int id, int vcpu, int source, int firstFlag, int flags) {
        return new Port(table, id, vcpu, source, firstFlag, flags);
    }

    int id() {
        return id;
    }

    /** Index of the vCPU, or {@link SyntheticInterrupts#ANY_VCPU}. */
    int vcpu() {
        return vcpu;
    }

    int source() {
        return source;
    }

    int firstFlag() {
        return firstFlag;
    }

    /** How many flags it has; 0 for a port for messages. */
    int flags() {
        return flags;
    }

    boolean isForMessages() {
        return flags == 0;
    }

    /** Where it is; null if it was deleted. */
    @Nullable
    PortTable table() {
        return table;
    }

    /** A buffer that has no message; null if there is none. They become free in the order in which they are taken, mostly. */
    @Nullable
    MessageBuffer freeBuffer() {
        for (int i = 0; i < buffers.length; i++) {
            MessageBuffer buffer = buffers[next];
            next = next + 1 == buffers.length ? 0 : next + 1;
            if (!buffer.isQueued()) {
                return buffer;
            }
        }
        return null;
    }

    int waiting() {
        int count = 0;
        for (MessageBuffer buffer : buffers) {
            count += buffer.isQueued() ? 1 : 0;
        }
        return count;
    }

    /** A buffer is free if it is not queued: there is nothing to be done. */
    @Override
    public void released(MessageBuffer buffer) {}

    /** The port is deleted: what waits in its buffers is gone (HV-092). */
    void delete() {
        PortTable owner = table;
        if (owner != null) {
            for (MessageBuffer buffer : buffers) {
                owner.withdraw(buffer);
            }
        }
        buffers = new MessageBuffer[0];
        next = 0;
        table = null;
    }
}
