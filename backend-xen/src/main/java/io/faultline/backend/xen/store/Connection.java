/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.ring.ByteRing;
import io.faultline.backend.xen.ring.RingLayout;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;

/**
 * The page of xenstore: two rings through which messages come and go in pieces, and some words beside them (xen.md 6.6).
 *
 * <p>A guest that breaks the protocol finds an error code in the page and is not listened to any more, until it asks for a
 * new connection.
 */
final class Connection implements Outbox {
    static final int FEATURES = 0x810;
    static final int STATE = 0x814;
    static final int ERROR = 0x818;
    static final int CONNECTED = 0;
    static final int RECONNECT = 1;
    /** Reconnection, the error field, and watches with a depth. */
    static final int SUPPORTED_FEATURES = 7;
    /** The guest does not read what is sent to it. */
    static final int COMMUNICATION = 1;
    /** An index of a ring is impossible. */
    static final int RING_INDEX = 2;
    /** A message is too long. */
    static final int PROTOCOL = 3;

    private static final int LENGTH_OFFSET = 12;
    private static final int MOST_WAITING = 4096;

    private final Frame page;
    private final ByteRing requests;
    private final ByteRing replies;
    private final Quota quota;
    private final byte[] begun = new byte[Message.HEADER_BYTES + Message.PAYLOAD_BYTES];
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    private int filled;
    private int sent;
    private int waitingEvents;
    private boolean closed;
    /** An error code was written that the guest has not been told of; only between two lines of one call. */
    private boolean closing;

    Connection(Frame page, Quota quota) {
        this.page = page;
        this.quota = quota;
        this.requests = new ByteRing(page, RingLayout.STORE_REQUESTS);
        this.replies = new ByteRing(page, RingLayout.STORE_REPLIES);
    }

    /** Forgets everything that is under way; the page stays as it is. */
    void clear() {
        waiting.clear();
        filled = 0;
        sent = 0;
        waitingEvents = 0;
        closed = false;
    }

    /** Begins anew, with empty rings. */
    void open() {
        clear();
        requests.clear();
        replies.clear();
        page.store32(FEATURES, SUPPORTED_FEATURES);
        page.store32(ERROR, 0);
        page.store32(STATE, CONNECTED);
    }

    /**
     * Takes requests and delivers answers as far as possible. The work is bounded by what is in the ring of requests.
     *
     * @return true if the guest must be told of changes
     */
    boolean serve(Requests handler) {
        boolean changed = false;
        if (page.load32(STATE) == RECONNECT) {
            handler.forget();
            open();
            changed = true;
        }
        boolean progress = true;
        while (progress && !closed) {
            if (requests.filled() == ByteRing.CORRUPT || replies.filled() == ByteRing.CORRUPT) {
                close(RING_INDEX);
            } else {
                progress = deliver() | take(handler);
                changed |= progress;
            }
        }
        if (closed) {
            handler.forget();
        }
        changed |= closing;
        closing = false;
        return changed;
    }

    private void close(int error) {
        clear();
        closed = true;
        closing = true;
        page.store32(ERROR, error);
    }

    private boolean deliver() {
        boolean progress = false;
        while (!waiting.isEmpty()) {
            byte[] message = waiting.getFirst();
            int count = replies.write(message, sent, message.length - sent);
            progress |= count > 0;
            sent += count;
            if (sent < message.length) {
                break;
            }
            waitingEvents -= isEvent(message) ? 1 : 0;
            waiting.removeFirst();
            sent = 0;
        }
        return progress;
    }

    private boolean take(Requests handler) {
        if (waiting.size() - waitingEvents >= quota.replies()) {
            return false;
        }
        int wanted = filled < Message.HEADER_BYTES ? Message.HEADER_BYTES : Message.HEADER_BYTES + length();
        int count = requests.read(begun, filled, wanted - filled);
        filled += count;
        if (filled < Message.HEADER_BYTES) {
            return count > 0;
        }
        int length = length();
        if (length < 0 || length > Message.PAYLOAD_BYTES) {
            close(PROTOCOL);
            return true;
        }
        if (filled == Message.HEADER_BYTES + length) {
            filled = 0;
            handler.handle(Message.of(begun));
            return true;
        }
        return count > 0;
    }

    private int length() {
        return (begun[LENGTH_OFFSET] & 0xFF)
                | (begun[LENGTH_OFFSET + 1] & 0xFF) << 8
                | (begun[LENGTH_OFFSET + 2] & 0xFF) << 16
                | begun[LENGTH_OFFSET + 3] << 24;
    }

    private static boolean isEvent(byte[] message) {
        return message[0] == MessageType.WATCH_EVENT;
    }

    @Override
    public void send(Message message) {
        if (closed) {
            return;
        }
        byte[] bytes = message.toBytes();
        if (isEvent(bytes)) {
            if (isWaiting(bytes)) {
                return;
            }
            if (waitingEvents == quota.events()) {
                close(COMMUNICATION);
                return;
            }
            waitingEvents++;
        }
        waiting.addLast(bytes);
    }

    /** The same event twice says no more than once, as long as the guest has seen nothing of the first. */
    private boolean isWaiting(byte[] event) {
        Iterator<byte[]> all = waiting.iterator();
        if (sent > 0 && all.hasNext()) {
            all.next();
        }
        while (all.hasNext()) {
            if (Arrays.equals(event, all.next())) {
                return true;
            }
        }
        return false;
    }

    void save(StateWriter writer) {
        writer.bytes("begun", Arrays.copyOf(begun, filled));
        writer.word("sent", sent);
        writer.flag("closed", closed);
        writer.word("waiting", waiting.size());
        int index = 0;
        for (byte[] message : waiting) {
            writer.bytes("message." + index, message);
            index++;
        }
    }

    void restore(StateReader reader) {
        clear();
        byte[] part = reader.bytes("begun");
        filled = part.length;
        if (filled >= begun.length) {
            throw reader.invalid("begun", "is longer than a message");
        }
        System.arraycopy(part, 0, begun, 0, filled);
        if (filled >= Message.HEADER_BYTES
                && (length() < 0 || length() > Message.PAYLOAD_BYTES || filled >= Message.HEADER_BYTES + length())) {
            throw reader.invalid("begun", "is not the beginning of a message");
        }
        int count = reader.integer("waiting", 0, MOST_WAITING);
        for (int i = 0; i < count; i++) {
            byte[] message = reader.bytes("message." + i);
            if (message.length < Message.HEADER_BYTES || message.length > begun.length) {
                throw reader.invalid("message." + i, "has " + message.length + " bytes");
            }
            waitingEvents += isEvent(message) ? 1 : 0;
            waiting.addLast(message);
        }
        if (waitingEvents > quota.events()) {
            throw reader.invalid("waiting", "is " + count + ", more events than may wait");
        }
        sent = reader.integer("sent", 0, count == 0 ? 0 : waiting.getFirst().length - 1);
        closed = reader.flag("closed");
    }
}
