/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.memory.GuestMemory;
import java.util.Arrays;

/**
 * A structure in guest memory, filled and read by the test as the guest's program between two instructions.
 *
 * @param rig the machine
 * @param address where it begins
 * @since 0.1
 */
public record GuestBlock(Rig rig, long address) {
    private GuestMemory memory() {
        return rig.machine().memory();
    }

    /**
     * Stores 16 bits.
     *
     * @param offset bytes from the beginning
     * @param value the value
     * @return this
     */
    public GuestBlock half(int offset, long value) {
        memory().store(address + offset, AccessWidth.HALFWORD, value);
        return this;
    }

    /**
     * Stores 32 bits.
     *
     * @param offset bytes from the beginning
     * @param value the value
     * @return this
     */
    public GuestBlock word(int offset, long value) {
        memory().store(address + offset, AccessWidth.WORD, value);
        return this;
    }

    /**
     * Stores 64 bits.
     *
     * @param offset bytes from the beginning
     * @param value the value
     * @return this
     */
    public GuestBlock quad(int offset, long value) {
        memory().store(address + offset, AccessWidth.DOUBLEWORD, value);
        return this;
    }

    /**
     * Stores bytes.
     *
     * @param offset bytes from the beginning
     * @param content the bytes
     * @return this
     */
    public GuestBlock bytes(int offset, byte[] content) {
        memory().write(address + offset, content);
        return this;
    }

    /**
     * Fills the beginning.
     *
     * @param bytes how many bytes
     * @param value value of each
     * @return this
     */
    public GuestBlock fill(int bytes, int value) {
        byte[] content = new byte[bytes];
        Arrays.fill(content, (byte) value);
        memory().write(address, content);
        return this;
    }

    /**
     * Loads 16 bits.
     *
     * @param offset bytes from the beginning
     * @return the value, zero-extended
     */
    public int half(int offset) {
        return (int) memory().load(address + offset, AccessWidth.HALFWORD);
    }

    /**
     * Loads 32 bits.
     *
     * @param offset bytes from the beginning
     * @return the value
     */
    public int word(int offset) {
        return (int) memory().load(address + offset, AccessWidth.WORD);
    }

    /**
     * Loads 64 bits.
     *
     * @param offset bytes from the beginning
     * @return the value
     */
    public long quad(int offset) {
        return memory().load(address + offset, AccessWidth.DOUBLEWORD);
    }

    /**
     * Loads the beginning.
     *
     * @param length how many bytes
     * @return a copy
     */
    public byte[] bytes(int length) {
        byte[] content = new byte[length];
        memory().read(address, content);
        return content;
    }

    /**
     * Returns a structure further on.
     *
     * @param offset bytes from the beginning
     * @return the structure
     */
    public GuestBlock at(long offset) {
        return new GuestBlock(rig, address + offset);
    }

    /**
     * Returns the frame in which the structure begins.
     *
     * @return the address divided by 4096
     */
    public long gfn() {
        return address >>> 12;
    }
}
