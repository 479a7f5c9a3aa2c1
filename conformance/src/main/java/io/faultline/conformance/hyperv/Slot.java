/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

/** A slot of a SIM page as a vCPU read it. */
record Slot(byte[] bytes) {
    /** The type; 0 if the slot is empty. */
    int type() {
        return bytes[0] & 0xFF | (bytes[1] & 0xFF) << 8 | (bytes[2] & 0xFF) << 16 | (bytes[3] & 0xFF) << 24;
    }

    boolean isEmpty() {
        return type() == 0;
    }

    int size() {
        return bytes[Hyperv.SIZE_AT] & 0xFF;
    }

    int flags() {
        return bytes[Hyperv.FLAGS_AT] & 0xFF;
    }

    boolean isPending() {
        return (flags() & 1) != 0;
    }

    Message message() {
        return Message.parse(bytes);
    }
}
