/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import io.faultline.backend.core.frame.Frame;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.TreeMap;

/** What a bug of the Hyper-V-style backend remembers between calls of one machine. */
@Singleton
final class HypervNotes {
    /** Numbers by number. */
    final TreeMap<Integer, Long> numbers = new TreeMap<>();

    /** Bytes by number. */
    final TreeMap<Integer, byte[]> bytes = new TreeMap<>();

    /** Whether something is going on. */
    boolean isBusy;

    @Inject
    HypervNotes() {}

    /** Copies a part of a page. */
    static byte[] copy(Frame page, int offset, int length) {
        byte[] copy = new byte[length];
        page.read(offset, copy, 0, length);
        return copy;
    }

    /** The word with which bytes begin. */
    static int word(byte[] bytes) {
        return bytes[0] & 0xFF | (bytes[1] & 0xFF) << 8 | (bytes[2] & 0xFF) << 16 | (bytes[3] & 0xFF) << 24;
    }
}
