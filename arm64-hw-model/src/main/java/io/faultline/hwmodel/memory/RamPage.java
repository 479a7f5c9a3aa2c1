/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.memory;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One allocated page of RAM.
 *
 * @since 0.1
 */
public final class RamPage {
    /** Address of a page that went away. */
    private static final long GONE = -1;

    private final byte[] bytes = new byte[4096];
    private long address;
    private @Nullable WriteWatch watch;
    private @Nullable WatchedBytes watched;

    /** Who has cached where this page is; null for nobody. */
    private @Nullable PageCache cache;

    private int slot;
    /** More than one cache has it, or one has it in more than one slot, or what caches have was found through it. */
    private boolean widely;

    RamPage(long address) {
        this.address = address;
    }

    /** The page is used for another address. Nobody has it cached, and its bytes are what they were. */
    void moveTo(long newAddress) {
        address = newAddress;
        watch = null;
        watched = null;
        cache = null;
        widely = false;
    }

    /** The page went away: it is at no address until it is used for another. */
    void leave() {
        address = GONE;
    }

    /**
     * Tells whether this is still the page of an address. Who keeps a page asks each time: one that became absent, or was
     * reset or restored, may be used for another address since.
     *
     * @param physical a multiple of 4096
     * @return true if what is at the address is the content of this page
     */
    public boolean isAt(long physical) {
        return address == physical;
    }

    /**
     * Reads a byte.
     *
     * @param offset 0 to 4095
     * @return 0 to 255
     */
    public int load8(int offset) {
        return bytes[offset] & 0xFF;
    }

    /**
     * Reads a word.
     *
     * @param offset 0 to 4092
     * @return the word
     */
    public int load32(int offset) {
        return LittleEndian.load32(bytes, offset);
    }

    /**
     * Reads a doubleword.
     *
     * @param offset 0 to 4088
     * @return the doubleword
     */
    public long load64(int offset) {
        return LittleEndian.load64(bytes, offset);
    }

    /** Reads 1, 2, 4 or 8 bytes, zero-extended. */
    long load(int offset, int length) {
        return LittleEndian.load(bytes, offset, length);
    }

    /** Writes 1, 2, 4 or 8 bytes, of which nobody is told. */
    void put(int offset, int length, long value) {
        LittleEndian.store(bytes, offset, length, value);
    }

    /**
     * Somebody remembers where the bytes of this page are, and forgets it when told by {@link GuestRam#forget}.
     *
     * @param by who
     * @param where a number by which it finds what it remembers
     */
    public void cached(PageCache by, int where) {
        if (cache == null) {
            cache = by;
            slot = where;
        } else if (cache != by || slot != where) {
            widely = true;
        }
    }

    /** A translation was read from this page: whatever is cached anywhere may have been found through it. */
    public void walked() {
        widely = true;
    }

    /** Whether forgetting takes more than one slot of one cache. Whoever fetches instructions does not say so. */
    boolean isCachedWidely() {
        return widely || watch != null;
    }

    void forget() {
        if (cache != null) {
            cache.forget(this, slot);
            cache = null;
        }
        widely = false;
    }

    /**
     * Returns where the page is.
     *
     * @return physical address, a multiple of 4096; -1 if it went away
     */
    public long address() {
        return address;
    }

    /**
     * Returns the live content. Whoever stores into it without going through {@link GuestRam} makes sure that the page
     * is not watched and that no other PE has an exclusive reservation in it.
     *
     * @return 4096 bytes, little-endian as the guest sees them
     */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * Returns who wants to hear of writes.
     *
     * @return the watch, or empty if there is none
     */
    public Optional<WriteWatch> watch() {
        return Optional.ofNullable(watch);
    }

    /**
     * Sets who wants to hear of writes. Caches that allow stores to this page must be told by the caller.
     *
     * @param newWatch the watch
     */
    public void watch(WriteWatch newWatch) {
        watch = newWatch;
    }

    /**
     * Tells whether stores have to be reported by {@link #written}.
     *
     * @return true if there is a watch and it is active, or a byte is watched
     */
    public boolean isWatched() {
        WriteWatch watching = watch;
        return watched != null || watching != null && watching.isActive();
    }

    /** Watches a byte, as long as the page is where it is. Caches that allow stores are told by the caller. */
    void watchByte(int offset, ByteWatch by) {
        WatchedBytes bytesWatched = watched;
        if (bytesWatched == null) {
            bytesWatched = new WatchedBytes();
            watched = bytesWatched;
        }
        bytesWatched.add(offset, by);
    }

    void unwatchByte(int offset, ByteWatch by) {
        WatchedBytes bytesWatched = watched;
        if (bytesWatched != null) {
            bytesWatched.remove(offset, by);
            if (bytesWatched.isEmpty()) {
                watched = null;
            }
        }
    }

    /**
     * Tells whether one of a number of bytes is watched.
     *
     * @param offset offset of the first byte
     * @param length number of bytes, within the page
     * @return true if there is a {@link ByteWatch}
     */
    public boolean isByteWatched(int offset, int length) {
        WatchedBytes bytesWatched = watched;
        return bytesWatched != null && bytesWatched.contains(offset, length);
    }

    /**
     * Tells whether a store is one that may raise an interrupt line, see {@link ByteWatch}.
     *
     * @param offset offset of the first byte
     * @param length 1 to 8 bytes, within the page
     * @param value what is to be stored, little-endian
     * @return true if it makes a watched byte other than zero that is zero
     */
    public boolean raises(int offset, int length, long value) {
        WatchedBytes bytesWatched = watched;
        return bytesWatched != null && bytesWatched.raises(bytes, offset, length, value);
    }

    /**
     * Tells the watches, if any, that bytes changed.
     *
     * @param offset offset of the first byte
     * @param length number of bytes
     */
    public void written(int offset, int length) {
        WriteWatch watching = watch;
        if (watching != null) {
            watching.written(offset, length);
        }
        WatchedBytes bytesWatched = watched;
        if (bytesWatched != null) {
            bytesWatched.written(bytes, offset, length);
        }
    }
}
