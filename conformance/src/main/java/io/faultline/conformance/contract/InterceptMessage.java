/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.contract;

import io.faultline.api.arm64.Syndrome;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads an intercept message: HV_MESSAGE with the arm64 payload of a memory intercept (hyperv.md 3.3 and 6.3). Offsets are those
 * in the message; the payload begins at 16.
 *
 * @param bytes the message
 */
record InterceptMessage(ByteBuffer bytes) {
    /** Bytes of the payload. */
    static final int SIZE = 64;

    /** First byte behind the payload. */
    static final int END = 16 + SIZE;

    static InterceptMessage of(byte[] message) {
        return new InterceptMessage(ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN));
    }

    int type() {
        return bytes.getInt(0);
    }

    int size() {
        return bytes.get(4);
    }

    int vcpu() {
        return bytes.getInt(16);
    }

    int instructionLength() {
        return bytes.get(20);
    }

    int access() {
        return bytes.get(21);
    }

    int level() {
        return bytes.getShort(22) & 3;
    }

    long pc() {
        return bytes.getLong(24);
    }

    long cpsr() {
        return bytes.getLong(32);
    }

    int cacheType() {
        return bytes.getInt(40);
    }

    int instructionBytes() {
        return bytes.get(44);
    }

    boolean isAddressValid() {
        return (bytes.get(45) & 1) != 0;
    }

    boolean isTranslationValid() {
        return (bytes.get(45) & 2) != 0;
    }

    boolean isOutputPending() {
        return (bytes.get(45) & 4) != 0;
    }

    /** What the layout says is 0. */
    int padding() {
        return bytes.getShort(46) | bytes.getInt(52);
    }

    int instruction() {
        return bytes.getInt(48);
    }

    long gva() {
        return bytes.getLong(56);
    }

    long gpa() {
        return bytes.getLong(64);
    }

    Syndrome syndrome() {
        return new Syndrome(bytes.getLong(72));
    }
}
