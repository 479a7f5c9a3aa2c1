/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.mmu;

import io.faultline.api.arm64.PageSize;
import io.faultline.hwmodel.memory.RamPage;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The software TLB of one access context: for each page that may be accessed without further questions, where its bytes
 * are. Direct-mapped; an entry says nothing that a walk would not say.
 */
final class AccessBank {
    /** Number of entries of each kind. */
    static final int ENTRIES = 1024;
    /** Never equal to an address with alignment bits removed. */
    static final long EMPTY = PageSize.OFFSET_MASK;
    /**
     * In a tag for writing: the page is watched. No address with alignment bits removed has this bit, so that the store
     * takes the slow path; the walk is saved there.
     */
    static final long WATCHED = 0x10;

    private static final byte[] NO_PAGE = new byte[0];
    /** Bits of an address that tell pages apart, tagged addresses being the same as others. */
    private static final long PAGE_BITS = 0x00FF_FFFF_FFFF_F000L;

    private static final byte DEVICE = 1;
    private static final byte GLOBAL = 2;

    /** Number of the access context. */
    final int index;
    /** Whose accesses these are. */
    final Regime regime;

    final boolean user;
    final boolean pan;

    final long[] readTags = new long[ENTRIES];
    final byte[][] readPages = new byte[ENTRIES][];
    final @Nullable RamPage[] readFrames = new RamPage[ENTRIES];
    private final byte[] readKinds = new byte[ENTRIES];
    final long[] writeTags = new long[ENTRIES];
    final byte[][] writePages = new byte[ENTRIES][];
    final @Nullable RamPage[] writeFrames = new RamPage[ENTRIES];
    private final byte[] writeKinds = new byte[ENTRIES];
    private boolean empty;

    AccessBank(int index, Regime regime, boolean user, boolean pan) {
        this.index = index;
        this.regime = regime;
        this.user = user;
        this.pan = pan;
        Arrays.fill(readPages, NO_PAGE);
        Arrays.fill(writePages, NO_PAGE);
        clear();
    }

    static int entry(long address) {
        return (int) (address >>> PageSize.SHIFT) & ENTRIES - 1;
    }

    private static byte kind(Translation translation) {
        return (byte) ((translation.isDevice() ? DEVICE : 0)
                | ((translation.attributes & Translation.GLOBAL) != 0 ? GLOBAL : 0));
    }

    void rememberRead(long address, RamPage page, Translation translation) {
        int entry = entry(address);
        readTags[entry] = address & ~PageSize.OFFSET_MASK;
        readPages[entry] = page.bytes();
        readFrames[entry] = page;
        readKinds[entry] = kind(translation);
        empty = false;
    }

    void rememberWrite(long address, RamPage page, Translation translation) {
        int entry = entry(address);
        writeTags[entry] = address & ~PageSize.OFFSET_MASK | (page.isWatched() ? WATCHED : 0);
        writePages[entry] = page.bytes();
        writeFrames[entry] = page;
        writeKinds[entry] = kind(translation);
        empty = false;
    }

    /** Whether a page of Normal memory can be read; its bytes are then in {@link #readPages}. */
    boolean readsNormal(long address) {
        int entry = entry(address);
        return readTags[entry] == (address & ~PageSize.OFFSET_MASK) && (readKinds[entry] & DEVICE) == 0;
    }

    /** Whether a page of Normal memory can be written. */
    boolean writesNormal(long address) {
        int entry = entry(address);
        return writeTags[entry] == (address & ~PageSize.OFFSET_MASK) && (writeKinds[entry] & DEVICE) == 0;
    }

    /** Returns the page that can be read, if it is known. */
    @Nullable
    RamPage readable(long address) {
        int entry = entry(address);
        return readTags[entry] == (address & ~PageSize.OFFSET_MASK) ? readFrames[entry] : null;
    }

    /** Returns the page that can be written, if it is known; it may be watched. */
    @Nullable
    RamPage writable(long address) {
        int entry = entry(address);
        return (writeTags[entry] & ~WATCHED) == (address & ~PageSize.OFFSET_MASK) ? writeFrames[entry] : null;
    }

    /** Returns the page that aligned accesses can write and that is watched, if it is known. */
    @Nullable
    RamPage watched(long address) {
        int entry = entry(address);
        return writeTags[entry] == (address & ~PageSize.OFFSET_MASK | WATCHED) ? writeFrames[entry] : null;
    }

    void clear() {
        if (!empty) {
            Arrays.fill(readTags, EMPTY);
            Arrays.fill(writeTags, EMPTY);
            empty = true;
        }
    }

    /**
     * Forgets what depends on the ASID.
     *
     * @param low whether to forget all of the lower half too
     * @param high whether to forget all of the upper half too
     */
    void clearNotGlobal(boolean low, boolean high) {
        if (!empty) {
            for (int i = 0; i < ENTRIES; i++) {
                if (isToGo(readTags[i], readKinds[i], low, high)) {
                    readTags[i] = EMPTY;
                }
                if (isToGo(writeTags[i], writeKinds[i], low, high)) {
                    writeTags[i] = EMPTY;
                }
            }
        }
    }

    private static boolean isToGo(long tag, byte kind, boolean low, boolean high) {
        return (kind & GLOBAL) == 0 || ((tag >>> 55 & 1) == 0 ? low : high);
    }

    /** Forgets one page. */
    void forget(long address) {
        int entry = entry(address);
        if (((readTags[entry] ^ address) & PAGE_BITS) == 0) {
            readTags[entry] = EMPTY;
        }
        if (((writeTags[entry] ^ address) & PAGE_BITS) == 0) {
            writeTags[entry] = EMPTY;
        }
    }

    /** Forgets every page within a mapping. */
    void forget(long address, long mask) {
        if (!empty) {
            for (int i = 0; i < ENTRIES; i++) {
                if (((readTags[i] ^ address) & mask & PAGE_BITS) == 0) {
                    readTags[i] = EMPTY;
                }
                if (((writeTags[i] ^ address) & mask & PAGE_BITS) == 0) {
                    writeTags[i] = EMPTY;
                }
            }
        }
    }

    /** Forgets a page of RAM in one entry. */
    void forget(RamPage page, int entry) {
        if (readFrames[entry] == page) {
            readTags[entry] = EMPTY;
        }
        if (writeFrames[entry] == page) {
            writeTags[entry] = EMPTY;
        }
    }

    /** Forgets that a page of RAM can be written without further questions. */
    void forgetWrites(long physical) {
        if (!empty) {
            for (int i = 0; i < ENTRIES; i++) {
                RamPage page = writeFrames[i];
                if (page != null && page.address() == physical) {
                    writeTags[i] = EMPTY;
                }
            }
        }
    }
}
