/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.ring;

import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Hypercall;
import io.faultline.backend.xen.hypercall.Struct;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A vCPU with a little memory, which makes a call again until it is complete. */
public final class FakeCaller implements Caller {
    /** First address of the memory. */
    public static final long BASE = 0x1_0000;
    /** Size of the memory. */
    public static final int BYTES = 0x2_0000;
    /** First address of the part that cannot be written. */
    public static final long READ_ONLY = BASE + BYTES - 0x1000;

    private final byte[] memory = new byte[BYTES];
    private final ByteBuffer view = ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN);
    private final long[] arguments = new long[5];
    private final Struct struct = new Struct();
    private int patience = Integer.MAX_VALUE;
    private int worked;
    private boolean again;
    private int parts;

    /** After how much work a call is interrupted. */
    public FakeCaller patience(int work) {
        patience = work;
        return this;
    }

    /** Makes a call with these arguments. */
    public long call(Hypercall call, long... given) {
        java.util.Arrays.fill(arguments, 0xDEAD_BEEFL);
        System.arraycopy(given, 0, arguments, 0, given.length);
        parts = 0;
        while (true) {
            again = false;
            worked = 0;
            parts++;
            long result = call.call(this);
            if (!again) {
                return result;
            }
        }
    }

    /** How often the last call was made until it was complete. */
    public int parts() {
        return parts;
    }

    public FakeCaller put8(long address, int value) {
        view.put((int) (address - BASE), (byte) value);
        return this;
    }

    public FakeCaller put16(long address, int value) {
        view.putShort((int) (address - BASE), (short) value);
        return this;
    }

    public FakeCaller put32(long address, int value) {
        view.putInt((int) (address - BASE), value);
        return this;
    }

    public FakeCaller put64(long address, long value) {
        view.putLong((int) (address - BASE), value);
        return this;
    }

    public FakeCaller put(long address, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, memory, (int) (address - BASE), bytes.length);
        return this;
    }

    public int get16(long address) {
        return view.getShort((int) (address - BASE));
    }

    public int get32(long address) {
        return view.getInt((int) (address - BASE));
    }

    public long get64(long address) {
        return view.getLong((int) (address - BASE));
    }

    public String text(long address, int length) {
        return new String(memory, (int) (address - BASE), length, StandardCharsets.ISO_8859_1);
    }

    /** Fills memory with something that is not zero. */
    public FakeCaller dirty() {
        java.util.Arrays.fill(memory, (byte) 0xA5);
        return this;
    }

    @Override
    public VirtualProcessor processor() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long argument(int index) {
        return arguments[index];
    }

    @Override
    public void argument(int index, long value) {
        arguments[index] = value;
    }

    @Override
    public Struct struct() {
        return struct;
    }

    @Override
    public boolean read(long address, byte[] target, int offset, int length) {
        if (!contains(address, length, BASE + BYTES)) {
            return false;
        }
        System.arraycopy(memory, (int) (address - BASE), target, offset, length);
        return true;
    }

    @Override
    public boolean write(long address, byte[] source, int offset, int length) {
        if (!contains(address, length, READ_ONLY)) {
            return false;
        }
        System.arraycopy(source, offset, memory, (int) (address - BASE), length);
        return true;
    }

    private static boolean contains(long address, int length, long end) {
        return address >= BASE && address <= end - length;
    }

    @Override
    public boolean hasWorkedEnough() {
        worked++;
        return worked >= patience;
    }

    @Override
    public long continueLater() {
        again = true;
        return 0;
    }
}
