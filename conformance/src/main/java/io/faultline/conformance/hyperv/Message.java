/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A message as a test sends or finds it. Equal if all of its bytes are. */
record Message(int type, long origin, byte[] payload) {
    private static final int FIRST_TYPE = 0x1000;

    /** The message of a number: type and every byte of the payload depend on it. */
    static Message number(int number, long origin, int size) {
        byte[] payload = new byte[size];
        for (int i = 0; i < size; i++) {
            payload[i] = (byte) (number * 7 + i * 3 + 1);
        }
        return new Message(FIRST_TYPE + number, origin, payload);
    }

    /** The message of a number, with a payload of 24 bytes. */
    static Message number(int number, long origin) {
        return number(number, origin, 24);
    }

    /** Reads a message from the bytes of a slot. */
    static Message parse(byte[] slot) {
        ByteBuffer bytes = ByteBuffer.wrap(slot).order(ByteOrder.LITTLE_ENDIAN);
        int size = Math.min(bytes.get(Hyperv.SIZE_AT) & 0xFF, Hyperv.PAYLOAD);
        return new Message(
                bytes.getInt(0),
                bytes.getLong(Hyperv.ORIGIN_AT),
                Arrays.copyOfRange(slot, Hyperv.PAYLOAD_AT, Hyperv.PAYLOAD_AT + size));
    }

    /** The same message as another port receives it. */
    Message from(long port) {
        return new Message(type, port, payload);
    }

    int size() {
        return payload.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Message message
                && type == message.type
                && origin == message.origin
                && Arrays.equals(payload, message.payload);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * type + Long.hashCode(origin)) + Arrays.hashCode(payload);
    }

    @Override
    public String toString() {
        return "type 0x" + Integer.toHexString(type) + " from " + origin + " with " + payload.length + " bytes (hash "
                + Integer.toHexString(Arrays.hashCode(payload)) + ")";
    }
}
