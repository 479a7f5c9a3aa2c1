/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.vmbus;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.memory.GuestMemory;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.nio.ByteBuffer;

/**
 * A list of pages that a guest shares with a channel (a guest physical address descriptor list): ranges, each a word with
 * length and offset and a word for every page. It comes in one message or in several.
 */
final class Gpadl {
    /** Most words of a list, as its length in bytes has 16 bits. */
    static final int MOST_WORDS = 0xFFFF / Long.BYTES;

    private static final int PAGE_NUMBER_BITS = 36;

    private final int handle;
    private final int relid;
    private final int ranges;
    private final long[] words;
    private int received;

    /**
     * Starts a list.
     *
     * @param handle the guest's name for it
     * @param relid channel
     * @param ranges how many there are to be
     * @param length words of all of them, 1 to {@link #MOST_WORDS}
     */
    Gpadl(int handle, int relid, int ranges, int length) {
        this.handle = handle;
        this.relid = relid;
        this.ranges = ranges;
        this.words = new long[length];
    }

    int handle() {
        return handle;
    }

    int relid() {
        return relid;
    }

    int length() {
        return words.length;
    }

    boolean isComplete() {
        return received == words.length;
    }

    /**
     * Takes the rest of a message.
     *
     * @return false if it is more than is missing, or no whole words; nothing has changed then
     */
    boolean add(ByteBuffer message, int from) {
        int bytes = message.capacity() - from;
        int count = bytes / Long.BYTES;
        if (bytes % Long.BYTES != 0 || count > words.length - received) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            words[received + i] = message.getLong(from + i * Long.BYTES);
        }
        received += count;
        return true;
    }

    private static int byteCount(long range) {
        return (int) range;
    }

    private static int byteOffset(long range) {
        return (int) (range >>> 32);
    }

    /** Pages that a range has; more than any list has room for if the range is nonsense. */
    private static long pages(long range) {
        long count = Integer.toUnsignedLong(byteCount(range));
        long offset = Integer.toUnsignedLong(byteOffset(range));
        return count == 0 || offset >= PageSize.BYTES
                ? Long.MAX_VALUE / 2
                : (offset + count + PageSize.BYTES - 1) / PageSize.BYTES;
    }

    /** Whether a complete list is what it says: its ranges fill it, and every page is memory that can be written. */
    boolean isSound(GuestMemory memory) {
        int at = 0;
        for (int range = 0; range < ranges; range++) {
            if (at >= words.length) {
                return false;
            }
            long pages = pages(words[at]);
            if (pages > words.length - at - 1) {
                return false;
            }
            for (int i = 0; i < pages; i++) {
                if (!isMemory(memory, words[at + 1 + i])) {
                    return false;
                }
            }
            at += 1 + (int) pages;
        }
        return at == words.length;
    }

    private static boolean isMemory(GuestMemory memory, long page) {
        if (page >>> PAGE_NUMBER_BITS != 0) {
            return false;
        }
        for (MemoryRegion region : memory.regions()) {
            if (region.writable() && region.contains(page * PageSize.BYTES, PageSize.BYTES)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a sound list is one range of whole pages. */
    boolean isBuffer() {
        return ranges == 1 && byteOffset(words[0]) == 0 && byteCount(words[0]) % PageSize.BYTES == 0;
    }

    /** How many pages a buffer has. */
    int pages() {
        return words.length - 1;
    }

    /** Address of a page of a buffer. */
    long page(int index) {
        return words[1 + index] * PageSize.BYTES;
    }

    void save(StateWriter writer) {
        writer.word("handle", Integer.toUnsignedLong(handle));
        writer.word("relid", relid);
        writer.word("ranges", ranges);
        writer.word("received", received);
        writer.words("words", words);
    }

    static Gpadl restore(StateReader reader, int channels, GuestMemory memory) {
        int handle = (int) reader.word("handle", 0, 0xFFFF_FFFFL);
        int relid = reader.integer("relid", 1, channels);
        int ranges = reader.integer("ranges", 1, 0xFFFF);
        long[] words = reader.words("words");
        if (words.length < 1 || words.length > MOST_WORDS) {
            throw reader.invalid("words", "has " + words.length + " words");
        }
        Gpadl gpadl = new Gpadl(handle, relid, ranges, words.length);
        gpadl.received = reader.integer("received", 0, words.length);
        System.arraycopy(words, 0, gpadl.words, 0, words.length);
        if (gpadl.isComplete() && !gpadl.isSound(memory)) {
            throw reader.invalid("words", "are no list of pages of this machine");
        }
        return gpadl;
    }
}
