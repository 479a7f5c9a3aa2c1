/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.frame;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.PageSize;
import io.faultline.hwmodel.memory.GuestRam;
import java.util.Objects;

/**
 * A page of memory that the hypervisor and a guest share. It names the memory, not the guest's address for it: what the
 * guest later maps at that address does not redirect the hypervisor (xen.md 3.4).
 *
 * <p>The frame is pinned: it is never absent. Values are little-endian. Used by the thread that drives the machine, with
 * every vCPU stopped, so that reading and writing back is one atomic operation to the guest.
 *
 * @param ram the memory
 * @param physical physical address of the page
 */
public record Frame(GuestRam ram, long physical) {
    /**
     * Checks the address.
     *
     * @throws IllegalArgumentException if it is not the address of a page of the memory
     */
    public Frame {
        if (!PageSize.isAligned(physical) || !ram.contains(physical)) {
            throw new IllegalArgumentException("there is no page at 0x" + Long.toHexString(physical));
        }
    }

    /**
     * Reads a byte.
     *
     * @param offset 0 to 4095
     * @return 0 to 255
     */
    public int load8(int offset) {
        return (int) ram.load(physical + offset, AccessWidth.BYTE);
    }

    /**
     * Reads a word.
     *
     * @param offset 0 to 4092, a multiple of 4
     * @return the word
     */
    public int load32(int offset) {
        return (int) ram.load(physical + offset, AccessWidth.WORD);
    }

    /**
     * Reads a doubleword.
     *
     * @param offset 0 to 4088, a multiple of 8
     * @return the doubleword
     */
    public long load64(int offset) {
        return ram.load(physical + offset, AccessWidth.DOUBLEWORD);
    }

    /**
     * Writes a byte.
     *
     * @param offset 0 to 4095
     * @param value the byte; bits above 7 are ignored
     */
    public void store8(int offset, int value) {
        ram.store(physical + offset, AccessWidth.BYTE, value);
    }

    /**
     * Writes a word.
     *
     * @param offset 0 to 4092, a multiple of 4
     * @param value the word
     */
    public void store32(int offset, int value) {
        ram.store(physical + offset, AccessWidth.WORD, value);
    }

    /**
     * Writes a doubleword.
     *
     * @param offset 0 to 4088, a multiple of 8
     * @param value the doubleword
     */
    public void store64(int offset, long value) {
        ram.store(physical + offset, AccessWidth.DOUBLEWORD, value);
    }

    /**
     * Copies from the page.
     *
     * @param offset first byte, 0 to 4095
     * @param target where to
     * @param at first index in the target
     * @param length number of bytes, at most to the end of the page
     */
    public void read(int offset, byte[] target, int at, int length) {
        ram.read(physical + Objects.checkFromIndexSize(offset, length, PageSize.BYTES), target, at, length);
    }

    /**
     * Copies to the page.
     *
     * @param offset first byte, 0 to 4095
     * @param source where from
     * @param at first index in the source
     * @param length number of bytes, at most to the end of the page
     */
    public void write(int offset, byte[] source, int at, int length) {
        ram.write(physical + Objects.checkFromIndexSize(offset, length, PageSize.BYTES), source, at, length);
    }

    /**
     * Sets bits of a doubleword.
     *
     * @param offset 0 to 4088, a multiple of 8
     * @param bits the bits
     * @return true if all of them were set before; nothing was written then
     */
    public boolean testAndSet64(int offset, long bits) {
        long before = load64(offset);
        if ((before & bits) == bits) {
            return true;
        }
        store64(offset, before | bits);
        return false;
    }

    /**
     * Clears bits of a doubleword.
     *
     * @param offset 0 to 4088, a multiple of 8
     * @param bits the bits
     * @return true if one of them was set before; nothing was written otherwise
     */
    public boolean testAndClear64(int offset, long bits) {
        long before = load64(offset);
        if ((before & bits) == 0) {
            return false;
        }
        store64(offset, before & ~bits);
        return true;
    }

    /**
     * Sets bits of a word.
     *
     * @param offset 0 to 4092, a multiple of 4
     * @param bits the bits
     * @return true if all of them were set before; nothing was written then
     */
    public boolean testAndSet32(int offset, int bits) {
        int before = load32(offset);
        if ((before & bits) == bits) {
            return true;
        }
        store32(offset, before | bits);
        return false;
    }

    /**
     * Clears bits of a word.
     *
     * @param offset 0 to 4092, a multiple of 4
     * @param bits the bits
     * @return true if one of them was set before; nothing was written otherwise
     */
    public boolean testAndClear32(int offset, int bits) {
        int before = load32(offset);
        if ((before & bits) == 0) {
            return false;
        }
        store32(offset, before & ~bits);
        return true;
    }
}
