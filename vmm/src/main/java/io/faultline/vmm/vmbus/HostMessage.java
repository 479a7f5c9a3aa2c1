/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.vmbus;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/** Writes what a guest gets (hyperv.md 7.4). */
final class HostMessage {
    /** Message type of everything on the bus. */
    static final int MESSAGE_TYPE = 1;

    /** A request was not fulfilled. Guests look only whether it is 0. */
    static final int FAILURE = 0xC000_0001;

    private static final int OFFER_CHANNEL = 1;
    private static final int ALL_OFFERS_DELIVERED = 4;
    private static final int OPEN_RESULT = 6;
    private static final int GPADL_CREATED = 10;
    private static final int GPADL_TORN_DOWN = 12;
    private static final int VERSION_RESPONSE = 15;
    private static final int UNLOAD_RESPONSE = 17;
    private static final int MODIFY_RESPONSE = 24;

    private static final int OFFER_BYTES = 196;
    private static final int DEDICATED_INTERRUPT = 1;

    private HostMessage() {}

    private static ByteBuffer message(int type, int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(0, type);
    }

    /**
     * Answers a contact.
     *
     * @param supported whether the version is
     * @param state 0 if the contact was successful
     * @param last connection for further messages, or the version in protocols that have no such choice
     */
    static byte[] versionResponse(boolean supported, int state, int last) {
        return message(VERSION_RESPONSE, 16)
                .put(8, (byte) (supported ? 1 : 0))
                .put(9, (byte) state)
                .putInt(12, last)
                .array();
    }

    /** Offers a channel without monitor page, with an interrupt of its own. */
    static byte[] offer(int relid, int connection, UUID type, UUID instance) {
        ByteBuffer offer = message(OFFER_CHANNEL, OFFER_BYTES);
        guid(offer, 8, type);
        guid(offer, 24, instance);
        return offer.putInt(184, relid)
                .putShort(190, (short) DEDICATED_INTERRUPT)
                .putInt(192, connection)
                .array();
    }

    /** A GUID has its first three numbers in little-endian and the rest as it is written. */
    private static void guid(ByteBuffer target, int at, UUID guid) {
        long high = guid.getMostSignificantBits();
        target.putInt(at, (int) (high >>> 32))
                .putShort(at + 4, (short) (high >>> 16))
                .putShort(at + 6, (short) high)
                .putLong(at + 8, Long.reverseBytes(guid.getLeastSignificantBits()));
    }

    static byte[] allOffersDelivered() {
        return message(ALL_OFFERS_DELIVERED, 8).array();
    }

    static byte[] openResult(int relid, int open, int status) {
        return message(OPEN_RESULT, 20)
                .putInt(8, relid)
                .putInt(12, open)
                .putInt(16, status)
                .array();
    }

    static byte[] gpadlCreated(int relid, int gpadl, int status) {
        return message(GPADL_CREATED, 20)
                .putInt(8, relid)
                .putInt(12, gpadl)
                .putInt(16, status)
                .array();
    }

    static byte[] gpadlTornDown(int gpadl) {
        return message(GPADL_TORN_DOWN, 12).putInt(8, gpadl).array();
    }

    static byte[] unloadResponse() {
        return message(UNLOAD_RESPONSE, 8).array();
    }

    static byte[] modifyResponse(int relid, int status) {
        return message(MODIFY_RESPONSE, 16).putInt(8, relid).putInt(12, status).array();
    }
}
