/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.hypercall;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The hypervisor's copy of a structure in guest memory. It is copied as a whole, so that a guest that changes it during a
 * call changes nothing. Little-endian, offsets in bytes.
 */
public final class Struct {
    /** Size of the largest structure that a call takes: an entry of a multicall, a build id. */
    public static final int MOST_BYTES = 128;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes = new byte[MOST_BYTES];

    /** Makes a buffer; {@link Caller#struct()} has one for each vCPU. */
    public Struct() {}

    /**
     * Returns the bytes themselves.
     *
     * @return the buffer
     */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * Reads a 64-bit field.
     *
     * @param offset where
     * @return its value
     */
    public long u64(int offset) {
        return (long) LONGS.get(bytes, offset);
    }

    /**
     * Reads a 32-bit field.
     *
     * @param offset where
     * @return its bits; a port or an index is compared as unsigned
     */
    public int u32(int offset) {
        return (int) INTS.get(bytes, offset);
    }

    /**
     * Reads a 16-bit field.
     *
     * @param offset where
     * @return 0 to 65535
     */
    public int u16(int offset) {
        return (short) SHORTS.get(bytes, offset) & 0xFFFF;
    }

    /**
     * Reads an 8-bit field.
     *
     * @param offset where
     * @return 0 to 255
     */
    public int u8(int offset) {
        return bytes[offset] & 0xFF;
    }

    /**
     * Writes a 64-bit field.
     *
     * @param offset where
     * @param value its value
     */
    public void u64(int offset, long value) {
        LONGS.set(bytes, offset, value);
    }

    /**
     * Writes a 32-bit field.
     *
     * @param offset where
     * @param value its value
     */
    public void u32(int offset, int value) {
        INTS.set(bytes, offset, value);
    }

    /**
     * Writes a 16-bit field.
     *
     * @param offset where
     * @param value its value; bits above 15 are ignored
     */
    public void u16(int offset, int value) {
        SHORTS.set(bytes, offset, (short) value);
    }

    /**
     * Writes an 8-bit field.
     *
     * @param offset where
     * @param value its value; bits above 7 are ignored
     */
    public void u8(int offset, int value) {
        bytes[offset] = (byte) value;
    }
}
