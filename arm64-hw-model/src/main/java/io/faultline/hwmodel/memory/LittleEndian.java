/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Values in an array of bytes, as memory holds them. */
final class LittleEndian {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}

    static int load32(byte[] bytes, int at) {
        return (int) INTS.get(bytes, at);
    }

    static long load64(byte[] bytes, int at) {
        return (long) LONGS.get(bytes, at);
    }

    /** Reads 1, 2, 4 or 8 bytes, zero-extended. */
    static long load(byte[] bytes, int at, int length) {
        return switch (length) {
            case 8 -> load64(bytes, at);
            case 4 -> load32(bytes, at) & 0xFFFF_FFFFL;
            case 2 -> (short) SHORTS.get(bytes, at) & 0xFFFFL;
            default -> bytes[at] & 0xFFL;
        };
    }

    /** Writes 1, 2, 4 or 8 bytes. */
    static void store(byte[] bytes, int at, int length, long value) {
        switch (length) {
            case 8 -> LONGS.set(bytes, at, value);
            case 4 -> INTS.set(bytes, at, (int) value);
            case 2 -> SHORTS.set(bytes, at, (short) value);
            default -> bytes[at] = (byte) value;
        }
    }
}
