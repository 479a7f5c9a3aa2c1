/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.ring.ByteRing;
import io.faultline.backend.xen.ring.RingLayout;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The guest's half of xenstore: it writes and reads bytes of the rings and knows nothing of what is behind them. */
final class StoreGuest {
    /** Who is told when the guest has changed the page. */
    interface Bell {
        void ring();
    }

    private final ByteRing requests;
    private final ByteRing replies;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final Bell bell;
    private final List<String> events = new ArrayList<>();
    private int lastRequest = 100;

    StoreGuest(Frame page, Bell bell) {
        this.requests = new ByteRing(page, RingLayout.STORE_REQUESTS);
        this.replies = new ByteRing(page, RingLayout.STORE_REPLIES);
        this.bell = bell;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Writes as much as needed, and tells the other end whenever the ring is full. */
    void write(byte[] bytes) {
        int done = 0;
        while (done < bytes.length) {
            int count = requests.write(bytes, done, bytes.length - done);
            done += count;
            bell.ring();
            if (count == 0) {
                throw new AssertionError("nobody takes requests");
            }
        }
    }

    /** Asks and waits. The answer is its payload; an error is its name with an exclamation mark. Zero bytes are bars. */
    String ask(int type, int transaction, String payload) {
        lastRequest++;
        write(new Message(type, lastRequest, transaction, bytes(payload.replace('|', '\0'))).toBytes());
        for (Message message = receive(); message != null; message = receive()) {
            if (message.type() == MessageType.WATCH_EVENT) {
                note(message);
            } else {
                if (message.request() != lastRequest || message.transaction() != transaction) {
                    throw new AssertionError("answer to another request");
                }
                String text = text(message);
                if (message.type() == MessageType.ERROR) {
                    return text.replace("|", "") + "!";
                }
                if (message.type() != type) {
                    throw new AssertionError("answer of type " + message.type());
                }
                return text;
            }
        }
        throw new AssertionError("no answer to request of type " + type);
    }

    String ask(int type, String payload) {
        return ask(type, 0, payload);
    }

    private static String text(Message message) {
        return new String(message.payload(), StandardCharsets.ISO_8859_1).replace('\0', '|');
    }

    private void note(Message event) {
        if (event.request() != 0 || event.transaction() != 0) {
            throw new AssertionError("an event belongs to no request");
        }
        events.add(text(event));
    }

    /** Reads everything that comes without a request: events since the last time. */
    List<String> events() {
        for (Message message = receive(); message != null; message = receive()) {
            if (message.type() != MessageType.WATCH_EVENT) {
                throw new AssertionError("answer without a request");
            }
            note(message);
        }
        List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    /** The next message, if one comes. */
    Message receive() {
        byte[] some = new byte[1024];
        while (true) {
            byte[] all = received.toByteArray();
            if (all.length >= Message.HEADER_BYTES) {
                int length = Message.HEADER_BYTES + (all[12] & 0xFF) + ((all[13] & 0xFF) << 8);
                if (all.length >= length) {
                    received.reset();
                    received.write(all, length, all.length - length);
                    return Message.of(Arrays.copyOf(all, length));
                }
            }
            int count = replies.read(some, 0, some.length);
            if (count == 0) {
                return null;
            }
            received.write(some, 0, count);
            bell.ring();
        }
    }
}
