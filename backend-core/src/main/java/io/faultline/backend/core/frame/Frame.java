/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.frame;

import io.faultline.api.arm64.PageSize;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.memory.RamPage;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A page of memory that the hypervisor and a guest share. It names the memory, not the guest's address for it: what the
 * guest later maps at that address does not redirect the hypervisor (xen.md 3.4).
 *
 * <p>The frame is pinned: it is never absent. Values are little-endian. Used by the thread that drives the machine, with
 * every vCPU stopped, so that reading and writing back is one atomic operation to the guest.
 *
 * <p>Where the host has the content is found once, and again if the page was made resident anew, or all memory was reset or
 * restored. Two frames are equal if they are the same page of the same memory.
 *
 * @since 0.1
 */
public final class Frame {
    private final GuestRam ram;
    private final long physical;
    /** As it was found last. */
    private @Nullable RamPage found;

    /**
     * Names a page.
     *
     * @param ram the memory
     * @param physical physical address of the page
     * @throws IllegalArgumentException if it is not the address of a page of the memory
     */
    public Frame(GuestRam ram, long physical) {
        if (!PageSize.isAligned(physical) || !ram.contains(physical)) {
            throw new IllegalArgumentException("there is no page at 0x" + Long.toHexString(physical));
        }
        this.ram = ram;
        this.physical = physical;
    }

    /**
     * Returns the memory.
     *
     * @return the memory in which the page is
     */
    public GuestRam ram() {
        return ram;
    }

    /**
     * Returns the address.
     *
     * @return physical address of the page
     */
    public long physical() {
        return physical;
    }

    /** The content for reading; null if it is zero and nobody has touched it. */
    private @Nullable RamPage readable() {
        RamPage known = found;
        return known != null && known.isAt(physical) ? known : findReadable();
    }

    private @Nullable RamPage findReadable() {
        RamPage page = ram.allocatedPage(physical);
        if (page == null && !ram.isResident(physical)) {
            // Says why.
            page = ram.page(physical);
        }
        found = page;
        return page;
    }

    /** The content for writing. */
    private RamPage writable() {
        RamPage known = found;
        return known != null && known.isAt(physical) ? known : findWritable();
    }

    private RamPage findWritable() {
        RamPage page = ram.page(physical);
        found = page;
        return page;
    }

    /**
     * Reads a byte.
     *
     * @param offset 0 to 4095
     * @return 0 to 255
     */
    public int load8(int offset) {
        RamPage page = readable();
        return page == null ? 0 : page.load8(offset);
    }

    /**
     * Reads a word.
     *
     * @param offset 0 to 4092, a multiple of 4
     * @return the word
     */
    public int load32(int offset) {
        RamPage page = readable();
        return page == null ? 0 : page.load32(offset);
    }

    /**
     * Reads a doubleword.
     *
     * @param offset 0 to 4088, a multiple of 8
     * @return the doubleword
     */
    public long load64(int offset) {
        RamPage page = readable();
        return page == null ? 0 : page.load64(offset);
    }

    /**
     * Writes a byte.
     *
     * @param offset 0 to 4095
     * @param value the byte; bits above 7 are ignored
     */
    public void store8(int offset, int value) {
        ram.store8(writable(), offset, value);
    }

    /**
     * Writes a word.
     *
     * @param offset 0 to 4092, a multiple of 4
     * @param value the word
     */
    public void store32(int offset, int value) {
        ram.store32(writable(), offset, value);
    }

    /**
     * Writes a doubleword.
     *
     * @param offset 0 to 4088, a multiple of 8
     * @param value the doubleword
     */
    public void store64(int offset, long value) {
        ram.store64(writable(), offset, value);
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
        Objects.checkFromIndexSize(offset, length, PageSize.BYTES);
        ram.store(writable(), offset, source, at, length);
    }

    /**
     * Sets bits of a doubleword.
     *
     * @param offset 0 to 4088, a multiple of 8
     * @param bits the bits
     * @return true if all of them were set before; nothing was written then
     */
    public boolean testAndSet64(int offset, long bits) {
        RamPage page = writable();
        long before = page.load64(offset);
        if ((before & bits) == bits) {
            return true;
        }
        ram.store64(page, offset, before | bits);
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
        RamPage page = writable();
        int before = page.load32(offset);
        if ((before & bits) == bits) {
            return true;
        }
        ram.store32(page, offset, before | bits);
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

    /** Makes every byte of the page zero. */
    public void clear() {
        if (readable() != null) {
            ram.write(physical, new byte[PageSize.BYTES], 0, PageSize.BYTES);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Frame frame && frame.ram == ram && frame.physical == physical;
    }

    @Override
    public int hashCode() {
        return Objects.hash(ram, physical);
    }

    @Override
    public String toString() {
        return "frame 0x" + Long.toHexString(physical);
    }
}
