/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.state;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * The complete state of a machine as a value: who wrote it, in which version, and named values.
 *
 * <p>Equal states are equal values and have equal bytes. The byte form begins with the ASCII letters {@code FLTS}, a
 * format number, and ends with a CRC-32 of everything before it; all numbers are big-endian.
 *
 * @param backend id of the backend that wrote it
 * @param version version of the content, chosen by the backend, at least 1
 * @param values path to value, sorted by path; unmodifiable
 * @since 0.1
 */
public record SavedState(String backend, int version, Map<String, StateValue> values) {
    private static final int MAGIC = 0x464C_5453;
    private static final int FORMAT = 1;
    private static final int KIND_WORD = 1;
    private static final int KIND_WORDS = 2;
    private static final int KIND_BYTES = 3;
    private static final int KIND_TEXT = 4;

    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException if {@code version} is less than 1
     */
    public SavedState {
        Objects.requireNonNull(backend, "backend");
        if (version < 1) {
            throw new IllegalArgumentException("state version " + version + " is less than 1");
        }
        values = Collections.unmodifiableMap(new TreeMap<>(values));
    }

    /**
     * Returns a reader over the values.
     *
     * @return a new reader at the root
     */
    public StateReader reader() {
        return new StateReader(values);
    }

    /**
     * Writes the byte form.
     *
     * @return the bytes; the same for equal states
     */
    public byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeInt(FORMAT);
            writeText(out, backend);
            out.writeInt(version);
            out.writeInt(values.size());
            for (Map.Entry<String, StateValue> entry : values.entrySet()) {
                writeText(out, entry.getKey());
                writeValue(out, entry.getValue());
            }
            out.flush();
            out.writeInt((int) crc(bytes.toByteArray(), bytes.size()));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads the byte form.
     *
     * @param bytes what {@link #toBytes()} wrote
     * @return the state
     * @throws HypervisorException with INVALID_STATE if the bytes are damaged, truncated, longer than they say, or in
     *     a format that this version does not know
     */
    public static SavedState fromBytes(byte[] bytes) {
        if (bytes.length < 4) {
            throw damaged("is only " + bytes.length + " bytes long");
        }
        int body = bytes.length - 4;
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 0, body));
                DataInputStream tail = new DataInputStream(new ByteArrayInputStream(bytes, body, 4))) {
            if (in.readInt() != MAGIC) {
                throw damaged("does not begin with FLTS");
            }
            if (tail.readInt() != (int) crc(bytes, body)) {
                throw damaged("has a wrong checksum");
            }
            int format = in.readInt();
            if (format != FORMAT) {
                throw damaged("is in format " + format + ", this version reads format " + FORMAT);
            }
            String backend = readText(in);
            int version = in.readInt();
            int count = in.readInt();
            TreeMap<String, StateValue> values = new TreeMap<>();
            for (int i = 0; i < count; i++) {
                String path = readText(in);
                if (values.put(path, readValue(in)) != null) {
                    throw damaged("has the value " + path + " twice");
                }
            }
            if (in.available() != 0) {
                throw damaged("has " + in.available() + " bytes too many");
            }
            if (version < 1) {
                throw damaged("has version " + version + ", which is less than 1");
            }
            return new SavedState(backend, version, values);
        } catch (IOException truncated) {
            throw damaged("ends in the middle of a value");
        }
    }

    private static void writeValue(DataOutputStream out, StateValue value) throws IOException {
        if (value instanceof StateValue.Word word) {
            out.writeByte(KIND_WORD);
            out.writeLong(word.value());
        } else if (value instanceof StateValue.Words words) {
            long[] array = words.value();
            out.writeByte(KIND_WORDS);
            out.writeInt(array.length);
            for (long element : array) {
                out.writeLong(element);
            }
        } else if (value instanceof StateValue.Bytes block) {
            byte[] array = block.value();
            out.writeByte(KIND_BYTES);
            out.writeInt(array.length);
            out.write(array);
        } else if (value instanceof StateValue.Text text) {
            out.writeByte(KIND_TEXT);
            writeText(out, text.value());
        }
    }

    private static StateValue readValue(DataInputStream in) throws IOException {
        int kind = in.readUnsignedByte();
        switch (kind) {
            case KIND_WORD:
                return new StateValue.Word(in.readLong());
            case KIND_WORDS:
                long[] words = new long[length(in, Long.BYTES)];
                for (int i = 0; i < words.length; i++) {
                    words[i] = in.readLong();
                }
                return new StateValue.Words(words);
            case KIND_BYTES:
                return new StateValue.Bytes(in.readNBytes(length(in, 1)));
            case KIND_TEXT:
                return new StateValue.Text(readText(in));
            default:
                throw damaged("has a value of unknown kind " + kind);
        }
    }

    /** A length is believed only if that much input is left, so that damaged input cannot make us allocate more. */
    private static int length(DataInputStream in, int unit) throws IOException {
        int length = in.readInt();
        if (length < 0 || (long) length * unit > in.available()) {
            throw damaged("has a value that is longer than the rest of the input");
        }
        return length;
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    private static String readText(DataInputStream in) throws IOException {
        return new String(in.readNBytes(length(in, 1)), StandardCharsets.UTF_8);
    }

    private static long crc(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return crc.getValue();
    }

    private static HypervisorException damaged(String problem) {
        return new HypervisorException(
                ErrorId.INVALID_STATE, "saved state " + problem, "reading saved state", "save it again");
    }
}
