/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Writes the few terms of the ACPI Machine Language (ACPI 6.3, 20.2) that describe devices.
 *
 * <p>Every method returns the encoding of one term, or of one resource descriptor (6.4) for {@link #resources}.
 *
 * @since 0.1
 */
public final class Aml {
    private static final int ZERO = 0x00;
    private static final int ONE = 0x01;
    private static final int NAME = 0x08;
    private static final int BYTE = 0x0A;
    private static final int WORD = 0x0B;
    private static final int DOUBLE_WORD = 0x0C;
    private static final int STRING = 0x0D;
    private static final int QUAD_WORD = 0x0E;
    private static final int SCOPE = 0x10;
    private static final int BUFFER = 0x11;
    private static final int METHOD = 0x14;
    private static final int EXTENDED = 0x5B;
    private static final int FIRST_ARGUMENT = 0x68;
    private static final int AND = 0x7B;
    private static final int DEVICE = 0x82;
    private static final int CREATE_DOUBLE_WORD_FIELD = 0x8A;
    private static final int RETURN = 0xA4;

    private static final int MOST_ARGUMENTS = 7;
    private static final int SERIALIZED = 8;

    private static final int MEMORY32_FIXED = 0x86;
    private static final int EXTENDED_INTERRUPT = 0x89;
    private static final int END_TAG = 0x79;
    private static final int WRITABLE = 1;
    private static final int CONSUMER_LEVEL_HIGH_EXCLUSIVE = 1;
    private static final int CONSUMER_EDGE_HIGH_EXCLUSIVE = 3;

    private static final Pattern SEGMENT = Pattern.compile("\\\\?[A-Z_][A-Z_0-9]{3}");

    private Aml() {}

    /**
     * A scope: what is inside belongs to the object of that name.
     *
     * @param name four characters, after a backslash if it is at the root
     * @param terms what is inside
     * @return the term
     */
    public static byte[] scope(String name, byte[]... terms) {
        return packaged(new byte[] {SCOPE}, Bytes.joined(name(name), Bytes.joined(terms)));
    }

    /**
     * A device.
     *
     * @param name four characters
     * @param terms its names
     * @return the term
     */
    public static byte[] device(String name, byte[]... terms) {
        return packaged(new byte[] {EXTENDED, (byte) DEVICE}, Bytes.joined(name(name), Bytes.joined(terms)));
    }

    /**
     * A named value.
     *
     * @param name four characters
     * @param value an integer, a string or resources
     * @return the term
     */
    public static byte[] name(String name, byte[] value) {
        return Bytes.joined(new byte[] {NAME}, name(name), value);
    }

    /**
     * A method that one thread at a time executes.
     *
     * @param name four characters
     * @param arguments how many it has, 0 to 7
     * @param terms what it does
     * @return the term
     * @throws IllegalArgumentException if it has more arguments than methods can have
     */
    public static byte[] method(String name, int arguments, byte[]... terms) {
        requireArguments(arguments, MOST_ARGUMENTS);
        byte[] flags = {(byte) (arguments | SERIALIZED)};
        return packaged(new byte[] {METHOD}, Bytes.joined(name(name), flags, Bytes.joined(terms)));
    }

    /**
     * An argument of the method.
     *
     * @param index 0 to 6
     * @return the value
     * @throws IllegalArgumentException if no method has so many arguments
     */
    public static byte[] argument(int index) {
        requireArguments(index, MOST_ARGUMENTS - 1);
        return new byte[] {(byte) (FIRST_ARGUMENT + index)};
    }

    private static void requireArguments(int number, int most) {
        if (number < 0 || number > most) {
            throw new IllegalArgumentException("argument " + number + " of a method is outside 0 to " + most);
        }
    }

    /**
     * Names four bytes of a buffer.
     *
     * @param buffer the buffer
     * @param offset the first of them
     * @param name four characters
     * @return the term
     */
    public static byte[] doubleWordField(byte[] buffer, int offset, String name) {
        return Bytes.joined(new byte[] {(byte) CREATE_DOUBLE_WORD_FIELD}, buffer, integer(offset), name(name));
    }

    /**
     * Keeps some bits of a named value and clears the others.
     *
     * @param name four characters
     * @param mask the bits to keep
     * @return the term
     */
    public static byte[] keep(String name, long mask) {
        return Bytes.joined(new byte[] {AND}, name(name), integer(mask), name(name));
    }

    /**
     * Ends a method.
     *
     * @param value what it returns
     * @return the term
     */
    public static byte[] result(byte[] value) {
        return Bytes.joined(new byte[] {(byte) RETURN}, value);
    }

    /**
     * An integer in its shortest form.
     *
     * @param value any value, unsigned
     * @return the value
     */
    public static byte[] integer(long value) {
        if (value == 0 || value == 1) {
            return new byte[] {(byte) (value == 0 ? ZERO : ONE)};
        }
        if (value >>> 8 == 0) {
            return number(BYTE, 1, value);
        }
        if (value >>> 16 == 0) {
            return number(WORD, 2, value);
        }
        return value >>> 32 == 0 ? number(DOUBLE_WORD, 4, value) : number(QUAD_WORD, 8, value);
    }

    private static byte[] number(int prefix, int bytes, long value) {
        return new Structure(1 + bytes)
                .set(new Field(0, 1), prefix)
                .set(new Field(1, bytes), value)
                .bytes();
    }

    /**
     * A string.
     *
     * @param text ASCII without zero
     * @return the value
     */
    public static byte[] string(String text) {
        return Bytes.joined(new byte[] {STRING}, text.getBytes(StandardCharsets.US_ASCII), new byte[] {0});
    }

    /**
     * A resource template.
     *
     * @param descriptors resource descriptors
     * @return the value, a buffer
     */
    public static byte[] resources(byte[]... descriptors) {
        // A checksum of zero in the end tag means that there is none.
        byte[] template = Bytes.joined(Bytes.joined(descriptors), new byte[] {END_TAG, 0});
        return packaged(new byte[] {BUFFER}, Bytes.joined(integer(template.length), template));
    }

    /**
     * A range of addresses that a device answers, to be read and written.
     *
     * @param base first address, below 2^32
     * @param bytes length, below 2^32
     * @return the resource descriptor
     */
    public static byte[] memory32(long base, long bytes) {
        return new Structure(12)
                .set(new Field(0, 1), MEMORY32_FIXED)
                .set(new Field(1, 2), 9)
                .set(new Field(3, 1), WRITABLE)
                .set(new Field(4, 4), base)
                .set(new Field(8, 4), bytes)
                .bytes();
    }

    /**
     * An interrupt of a device: by level, active high, not shared.
     *
     * @param interrupt INTID
     * @return the resource descriptor
     */
    public static byte[] interrupt(int interrupt) {
        return interrupt(CONSUMER_LEVEL_HIGH_EXCLUSIVE, interrupt);
    }

    /**
     * An interrupt of a device: by edge, active high, not shared.
     *
     * @param interrupt INTID
     * @return the resource descriptor
     */
    public static byte[] edgeInterrupt(int interrupt) {
        return interrupt(CONSUMER_EDGE_HIGH_EXCLUSIVE, interrupt);
    }

    private static byte[] interrupt(int flags, int interrupt) {
        return new Structure(9)
                .set(new Field(0, 1), EXTENDED_INTERRUPT)
                .set(new Field(1, 2), 6)
                .set(new Field(3, 1), flags)
                .set(new Field(4, 1), 1)
                .set(new Field(5, 4), interrupt)
                .bytes();
    }

    private static byte[] name(String name) {
        if (!SEGMENT.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is not a name of four characters in ACPI's language");
        }
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    /** Puts the length of a package, which counts itself, between its opcode and its content. */
    private static byte[] packaged(byte[] opcode, byte[] content) {
        int bytes = 1;
        while (content.length + bytes >= (bytes == 1 ? 0x40 : 1 << 8 * (bytes - 1) + 4)) {
            bytes++;
        }
        int length = content.length + bytes;
        byte[] encoded = new byte[bytes];
        if (bytes == 1) {
            encoded[0] = (byte) length;
        } else {
            encoded[0] = (byte) (bytes - 1 << 6 | length & 0xF);
            for (int i = 1; i < bytes; i++) {
                encoded[i] = (byte) (length >>> 4 + 8 * (i - 1));
            }
        }
        return Bytes.joined(opcode, encoded, content);
    }
}
