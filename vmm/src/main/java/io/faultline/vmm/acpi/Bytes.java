/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** Joins byte arrays. */
final class Bytes {
    private Bytes() {}

    static byte[] joined(byte[] first, Iterable<byte[]> others) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(first);
        others.forEach(all::writeBytes);
        return all.toByteArray();
    }

    static byte[] joined(byte[]... parts) {
        return joined(new byte[0], List.of(parts));
    }
}
