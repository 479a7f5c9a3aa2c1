/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.vmbus;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.api.synic.MessagePort;
import io.faultline.api.synic.SynicStatus;
import io.faultline.api.synic.SyntheticInterrupts;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What a guest is to get and has no buffer for: a port has sixteen, and a guest with many devices gets an offer for each at
 * once (HV-162). The order is kept. How much waits is bounded: a guest that asks and does not listen is told to try again.
 */
final class Outbox implements StateElement {
    /** Port of the guest on which the bus answers. */
    static final int PORT = 1;

    /** Port on which a contact is refused that wants its answer elsewhere. */
    static final int REFUSAL_PORT = 2;

    /** The source that guests give to the bus. */
    static final int SOURCE = 2;

    /** How much waits at most: all offers and some answers. */
    static final int MOST = 2 * VmbusConfiguration.MOST_CHANNELS;

    private final SyntheticInterrupts synic;
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private @Nullable MessagePort port;

    Outbox(SyntheticInterrupts synic) {
        this.synic = synic;
    }

    /** Forgets what waits, and answers there from now on. */
    void listenAt(int vcpu) {
        reset();
        port = synic.createMessagePort(PORT, vcpu, SOURCE);
    }

    boolean isListening() {
        return port != null;
    }

    /** Answers once, elsewhere. */
    void refuseAt(int vcpu, int source, byte[] message) {
        synic.messagePort(REFUSAL_PORT).ifPresent(MessagePort::close);
        synic.createMessagePort(REFUSAL_PORT, vcpu, source).post(HostMessage.MESSAGE_TYPE, message);
    }

    boolean hasRoom(int messages) {
        return waiting.size() + messages <= MOST;
    }

    int size() {
        return waiting.size();
    }

    void send(byte[] message) {
        waiting.addLast(message);
        pump();
    }

    /** Drops what waits and has not reached a buffer. */
    void clear() {
        waiting.clear();
    }

    /** Hands on what there are buffers for; true if something was. */
    boolean pump() {
        MessagePort to = port;
        boolean moved = false;
        while (to != null && !waiting.isEmpty()) {
            SynicStatus status = to.post(HostMessage.MESSAGE_TYPE, waiting.getFirst());
            if (status == SynicStatus.INSUFFICIENT_BUFFERS) {
                break;
            }
            // Anything else but success means that nobody can ever take it.
            waiting.removeFirst();
            moved = true;
        }
        return moved;
    }

    @Override
    public String stateName() {
        return "outbox";
    }

    @Override
    public void reset() {
        waiting.clear();
        if (port != null) {
            port.close();
            port = null;
        }
    }

    @Override
    public void save(StateWriter writer) {
        writer.flag("listening", port != null);
        writer.word("waiting", waiting.size());
        int index = 0;
        for (byte[] message : waiting) {
            writer.bytes("message." + index, message);
            index++;
        }
    }

    @Override
    public void restore(StateReader reader) {
        waiting.clear();
        port = null;
        if (reader.flag("listening")) {
            port = synic.messagePort(PORT)
                    .orElseThrow(() -> reader.invalid("listening", "is set, and the machine has no port for the bus"));
        }
        int count = reader.integer("waiting", 0, MOST);
        for (int index = 0; index < count; index++) {
            byte[] message = reader.bytes("message." + index);
            if (message.length > SyntheticInterrupts.PAYLOAD_BYTES) {
                throw reader.invalid("message." + index, "is longer than a message");
            }
            waiting.addLast(message);
        }
    }
}
