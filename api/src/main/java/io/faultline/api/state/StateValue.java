/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.state;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A leaf of saved state.
 *
 * @since 0.1
 */
public sealed interface StateValue {
    /**
     * One 64-bit word.
     *
     * @param value the word
     */
    record Word(long value) implements StateValue {}

    /**
     * A text.
     *
     * @param value the text
     */
    record Text(String value) implements StateValue {
        /** Checks for null. */
        public Text {
            Objects.requireNonNull(value, "value");
        }
    }

    /**
     * An array of 64-bit words; compared by content.
     *
     * @param value the words; copied on the way in and on the way out
     */
    record Words(long[] value) implements StateValue {
        /** Takes a copy. */
        public Words {
            value = value.clone();
        }

        @Override
        public long[] value() {
            return value.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Words words && Arrays.equals(value, words.value);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(value);
        }

        @Override
        public String toString() {
            return "Words[" + value.length + "]" + Arrays.toString(value);
        }
    }

    /**
     * A block of bytes; compared by content.
     *
     * @param value the bytes; copied on the way in and on the way out
     */
    record Bytes(byte[] value) implements StateValue {
        /** Takes a copy. */
        public Bytes {
            value = value.clone();
        }

        @Override
        public byte[] value() {
            return value.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes bytes && Arrays.equals(value, bytes.value);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(value);
        }

        @Override
        public String toString() {
            int shown = Math.min(value.length, 16);
            return "Bytes[" + value.length + "]"
                    + HexFormat.of().formatHex(value, 0, shown)
                    + (shown < value.length ? "…" : "");
        }
    }
}
