/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** A structure of fixed length whose numbers are little-endian and which is zero where nothing was set. */
final class Structure {
    private final byte[] content;

    Structure(int bytes) {
        content = new byte[bytes];
    }

    /** Sets a number, which must fit. */
    Structure set(Field field, long value) {
        int bits = 8 * field.bytes();
        if (bits < Long.SIZE && value >>> bits != 0) {
            throw new IllegalArgumentException(
                    "0x" + Long.toHexString(value) + " does not fit into " + field.bytes() + " bytes");
        }
        for (int i = 0; i < field.bytes(); i++) {
            content[field.offset() + i] = (byte) (value >>> 8 * i);
        }
        return this;
    }

    /** Copies bytes. */
    Structure put(int offset, byte[] bytes) {
        System.arraycopy(bytes, 0, content, offset, bytes.length);
        return this;
    }

    /** Copies text without a zero at its end. */
    Structure put(int offset, String text) {
        return put(offset, text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Sets a GUID in the mixed byte order that EFI and ACPI use: the first three parts are little-endian numbers. */
    Structure put(int offset, UUID guid) {
        long high = guid.getMostSignificantBits();
        set(new Field(offset, 4), high >>> 32);
        set(new Field(offset + 4, 2), high >>> 16 & 0xFFFF);
        set(new Field(offset + 6, 2), high & 0xFFFF);
        return set(new Field(offset + 8, 8), Long.reverseBytes(guid.getLeastSignificantBits()));
    }

    /** Makes the bytes of a range add up to zero. */
    Structure checksum(int at, int length) {
        content[at] = 0;
        int sum = 0;
        for (int i = 0; i < length; i++) {
            sum += content[i];
        }
        content[at] = (byte) -sum;
        return this;
    }

    byte[] bytes() {
        return content.clone();
    }
}
