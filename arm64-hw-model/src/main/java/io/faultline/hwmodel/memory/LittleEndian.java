/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Values in an array of bytes, as memory holds them. They need not be aligned.
 *
 * @since 0.1
 */
public final class LittleEndian {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}

    /**
     * Reads a word.
     *
     * @param bytes where from
     * @param at index of the first byte
     * @return the word
     * @throws IndexOutOfBoundsException if the array is too short
     */
    public static int load32(byte[] bytes, int at) {
        return (int) INTS.get(bytes, at);
    }

    /**
     * Reads a doubleword.
     *
     * @param bytes where from
     * @param at index of the first byte
     * @return the doubleword
     * @throws IndexOutOfBoundsException if the array is too short
     */
    public static long load64(byte[] bytes, int at) {
        return (long) LONGS.get(bytes, at);
    }

    /**
     * Reads a value.
     *
     * @param bytes where from
     * @param at index of the first byte
     * @param length 1, 2, 4 or 8 bytes
     * @return the value, zero-extended
     * @throws IndexOutOfBoundsException if the array is too short
     */
    public static long load(byte[] bytes, int at, int length) {
        return switch (length) {
            case 8 -> load64(bytes, at);
            case 4 -> load32(bytes, at) & 0xFFFF_FFFFL;
            case 2 -> (short) SHORTS.get(bytes, at) & 0xFFFFL;
            default -> bytes[at] & 0xFFL;
        };
    }

    /**
     * Writes a value.
     *
     * @param bytes where to
     * @param at index of the first byte
     * @param length 1, 2, 4 or 8 bytes
     * @param value the value; bits above the length are ignored
     * @throws IndexOutOfBoundsException if the array is too short
     */
    public static void store(byte[] bytes, int at, int length, long value) {
        switch (length) {
            case 8 -> LONGS.set(bytes, at, value);
            case 4 -> INTS.set(bytes, at, (int) value);
            case 2 -> SHORTS.set(bytes, at, (short) value);
            default -> bytes[at] = (byte) value;
        }
    }
}
