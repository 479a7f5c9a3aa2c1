/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.memory;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The RAM of a machine: sparse pages of 4 KiB, each resident or absent.
 *
 * <p>A resident page that was never written reads as zero and costs nothing until a PE touches it. An absent page has
 * no content; an access by a PE is a stage 2 translation fault. Values are little-endian. Not thread-safe: used by the
 * thread that runs the machine.
 *
 * @since 0.1
 */
public final class GuestRam implements StateElement {
    private static final int CHUNK_SHIFT = 21;
    private static final int CHUNK_PAGES = 512;

    private final RamRegion[] regions;
    private final List<RamRegion> regionList;
    private final @Nullable Chunk[][] chunks;
    private final PendingObservers pending = new PendingObservers();
    private final OpenMonitors monitors = new OpenMonitors();
    private final SparePages spare = new SparePages();
    private int allocatedPages;
    private long searches;

    /** 512 pages: those that are allocated, and one bit for each that is absent. */
    private static final class Chunk {
        private final @Nullable RamPage[] pages = new RamPage[CHUNK_PAGES];
        private final long[] absent = new long[CHUNK_PAGES / Long.SIZE];
    }

    /**
     * Makes RAM in which every page is resident and zero.
     *
     * @param regions where there is RAM; they must not overlap
     * @throws IllegalArgumentException if two regions overlap
     */
    public GuestRam(List<RamRegion> regions) {
        this.regions = regions.toArray(new RamRegion[0]);
        Arrays.sort(this.regions, Comparator.comparingLong(RamRegion::base));
        regionList = List.of(this.regions);
        chunks = new Chunk[this.regions.length][];
        for (int i = 0; i < this.regions.length; i++) {
            RamRegion region = this.regions[i];
            if (i > 0 && this.regions[i - 1].end() > region.base()) {
                throw new IllegalArgumentException(
                        "RAM regions " + this.regions[i - 1] + " and " + region + " overlap");
            }
            chunks[i] = new Chunk[(int) ((region.bytes() - 1 >>> CHUNK_SHIFT) + 1)];
        }
    }

    /**
     * Returns where there is RAM.
     *
     * @return the regions, by ascending address; unmodifiable
     */
    public List<RamRegion> regions() {
        return regionList;
    }

    /**
     * Tells whether there is RAM at an address.
     *
     * @param address any value
     * @return true if a region contains it
     */
    public boolean contains(long address) {
        return regionOf(address) >= 0;
    }

    /**
     * Tells whether a whole range is RAM of one region.
     *
     * @param address first address
     * @param length number of bytes, at least 0
     * @return true if one region contains all of it
     */
    public boolean contains(long address, long length) {
        int region = regionOf(address);
        return region >= 0 && length >= 0 && length <= regions[region].end() - address;
    }

    /**
     * Tells whether there is RAM at an address and its page is resident.
     *
     * @param address any value
     * @return true if the page is resident
     */
    public boolean isResident(long address) {
        int region = regionOf(address);
        if (region < 0) {
            return false;
        }
        long index = address - regions[region].base() >>> PageSize.SHIFT;
        Chunk chunk = chunks[region][(int) (index / CHUNK_PAGES)];
        return chunk == null || (chunk.absent[(int) (index % CHUNK_PAGES) / Long.SIZE] & 1L << index) == 0;
    }

    /**
     * Makes a page absent and drops its content.
     *
     * @param page address of a page of RAM
     * @throws HypervisorException with NOT_GUEST_MEMORY if there is no RAM
     */
    public void makeAbsent(long page) {
        int region = requireRegion(page, "making a page absent");
        long index = page - regions[region].base() >>> PageSize.SHIFT;
        Chunk chunk = chunkFor(region, index);
        int slot = (int) (index % CHUNK_PAGES);
        RamPage old = chunk.pages[slot];
        if (old != null) {
            old.written(0, PageSize.BYTES);
            chunk.pages[slot] = null;
            allocatedPages--;
            forget(old);
            old.leave();
            spare.add(old);
        }
        chunk.absent[slot / Long.SIZE] |= 1L << slot;
        monitors.stored(null, PageSize.pageOf(page), PageSize.BYTES);
    }

    /**
     * Makes a page resident with given content. A page that was resident gets the new content.
     *
     * @param page address of a page of RAM
     * @param content 4096 bytes; copied
     * @throws HypervisorException with NOT_GUEST_MEMORY if there is no RAM, INVALID_ARGUMENT if the content is not
     *     4096 bytes
     */
    public void makeResident(long page, byte[] content) {
        Objects.requireNonNull(content, "content");
        if (content.length != PageSize.BYTES) {
            throw new HypervisorException(
                    ErrorId.INVALID_ARGUMENT,
                    "content of a page has " + content.length + " bytes instead of 4096",
                    at(page),
                    "");
        }
        int region = requireRegion(page, "making a page resident");
        long index = page - regions[region].base() >>> PageSize.SHIFT;
        Chunk chunk = chunkFor(region, index);
        int slot = (int) (index % CHUNK_PAGES);
        chunk.absent[slot / Long.SIZE] &= ~(1L << slot);
        if (chunk.pages[slot] == null) {
            chunk.pages[slot] = spare.take(PageSize.pageOf(page));
            allocatedPages++;
        }
        write(PageSize.pageOf(page), content, 0, PageSize.BYTES);
    }

    /**
     * Returns the page object for an address, allocating it.
     *
     * @param address an address in a resident page
     * @return the page
     * @throws HypervisorException with NOT_GUEST_MEMORY or PAGE_ABSENT if there is none
     */
    public RamPage page(long address) {
        RamPage known = allocatedPage(address);
        return known != null ? known : newPage(address);
    }

    /**
     * Returns the page object for an address if there is one, for software outside the machine that reads from it often.
     *
     * @param address any value
     * @return the page; null if there is no RAM, the page is absent, or nobody has touched it, so that it is zero
     */
    public @Nullable RamPage allocatedPage(long address) {
        int region = regionOf(address);
        if (region < 0) {
            return null;
        }
        long index = address - regions[region].base() >>> PageSize.SHIFT;
        Chunk chunk = chunks[region][(int) (index / CHUNK_PAGES)];
        return chunk == null ? null : chunk.pages[(int) (index % CHUNK_PAGES)];
    }

    private RamPage newPage(long address) {
        int region = requireRegion(address, "accessing a page");
        if (!isResident(address)) {
            throw absent(address);
        }
        long index = address - regions[region].base() >>> PageSize.SHIFT;
        RamPage page = spare.take(PageSize.pageOf(address));
        Arrays.fill(page.bytes(), (byte) 0);
        chunkFor(region, index).pages[(int) (index % CHUNK_PAGES)] = page;
        allocatedPages++;
        return page;
    }

    /**
     * Reads bytes for software outside the machine. Untouched pages stay unallocated.
     *
     * @param address first address; the range may cross pages and adjacent regions
     * @param target where to
     * @param offset first index in the target
     * @param length number of bytes
     * @throws HypervisorException with NOT_GUEST_MEMORY or PAGE_ABSENT for the first page that cannot be read; nothing
     *     is copied then
     */
    public void read(long address, byte[] target, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, target.length);
        requireResident(address, length);
        for (int done = 0; done < length; ) {
            long from = address + done;
            int inPage = (int) (from & PageSize.OFFSET_MASK);
            int count = Math.min(length - done, PageSize.BYTES - inPage);
            RamPage page = allocatedPage(from);
            if (page == null) {
                Arrays.fill(target, offset + done, offset + done + count, (byte) 0);
            } else {
                System.arraycopy(page.bytes(), inPage, target, offset + done, count);
            }
            done += count;
        }
    }

    /**
     * Writes bytes for software outside the machine: exclusive reservations on them end, code decoded from them is
     * forgotten.
     *
     * @param address first address; the range may cross pages and adjacent regions
     * @param source where from
     * @param offset first index in the source
     * @param length number of bytes
     * @throws HypervisorException with NOT_GUEST_MEMORY or PAGE_ABSENT for the first page that cannot be written;
     *     nothing is written then
     */
    public void write(long address, byte[] source, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, source.length);
        requireResident(address, length);
        for (int done = 0; done < length; ) {
            long to = address + done;
            int inPage = (int) (to & PageSize.OFFSET_MASK);
            int count = Math.min(length - done, PageSize.BYTES - inPage);
            RamPage page = page(to);
            System.arraycopy(source, offset + done, page.bytes(), inPage, count);
            page.written(inPage, count);
            done += count;
        }
        monitors.stored(null, address, length);
    }

    /**
     * Reads a value for software outside the machine.
     *
     * @param address address, need not be aligned
     * @param width size of the value
     * @return the value, zero-extended
     * @throws HypervisorException with NOT_GUEST_MEMORY or PAGE_ABSENT
     */
    public long load(long address, AccessWidth width) {
        int offset = (int) (address & PageSize.OFFSET_MASK);
        int length = width.bytes();
        if (offset + length <= PageSize.BYTES) {
            RamPage page = allocatedPage(address);
            if (page != null) {
                return page.load(offset, length);
            }
            if (isResident(address)) {
                return 0;
            }
        }
        return loadAcross(address, width);
    }

    private long loadAcross(long address, AccessWidth width) {
        byte[] bytes = new byte[width.bytes()];
        read(address, bytes, 0, bytes.length);
        return LittleEndian.load(bytes, 0, bytes.length);
    }

    /**
     * Writes a value for software outside the machine.
     *
     * @param address address, need not be aligned
     * @param width size of the value
     * @param value the value; bits above the width are ignored
     * @throws HypervisorException with NOT_GUEST_MEMORY or PAGE_ABSENT
     */
    public void store(long address, AccessWidth width, long value) {
        int length = width.bytes();
        int offset = (int) (address & PageSize.OFFSET_MASK);
        if (offset + length <= PageSize.BYTES) {
            RamPage page = page(address);
            page.put(offset, length, value);
            stored(page, offset, length);
        } else {
            byte[] bytes = new byte[length];
            LittleEndian.store(bytes, 0, length, value);
            write(address, bytes, 0, length);
        }
    }

    /**
     * Writes a byte for software outside the machine that has the page already.
     *
     * @param page a page that {@linkplain RamPage#isAt is} in this RAM
     * @param offset 0 to 4095
     * @param value the byte; bits above 7 are ignored
     */
    public void store8(RamPage page, int offset, int value) {
        page.put(offset, Byte.BYTES, value);
        stored(page, offset, Byte.BYTES);
    }

    /**
     * Writes a word for software outside the machine that has the page already.
     *
     * @param page a page that {@linkplain RamPage#isAt is} in this RAM
     * @param offset 0 to 4092
     * @param value the word
     */
    public void store32(RamPage page, int offset, int value) {
        page.put(offset, Integer.BYTES, value);
        stored(page, offset, Integer.BYTES);
    }

    /**
     * Writes a doubleword for software outside the machine that has the page already.
     *
     * @param page a page that {@linkplain RamPage#isAt is} in this RAM
     * @param offset 0 to 4088
     * @param value the doubleword
     */
    public void store64(RamPage page, int offset, long value) {
        page.put(offset, Long.BYTES, value);
        stored(page, offset, Long.BYTES);
    }

    /**
     * Writes bytes for software outside the machine that has the page already.
     *
     * @param page a page that {@linkplain RamPage#isAt is} in this RAM
     * @param offset where to, 0 to 4095
     * @param source where from
     * @param at first index in the source
     * @param length number of bytes, at most to the end of the page
     */
    public void store(RamPage page, int offset, byte[] source, int at, int length) {
        System.arraycopy(source, at, page.bytes(), offset, length);
        stored(page, offset, length);
    }

    private void stored(RamPage page, int offset, int length) {
        page.written(offset, length);
        monitors.stored(null, page.address() + offset, length);
    }

    /**
     * Makes a place in the list of those who cache translations. Only who has something cached stands in the list, so that
     * a change costs nothing for PEs that have not run since the last one.
     *
     * @param cache told of the first change after each {@link PageSubscription#renew}
     * @return the place, not in the list yet
     */
    public PageSubscription subscribe(PageObserver cache) {
        return new PageSubscription(pending, cache);
    }

    /** Tells everybody that cached translations are no longer good. */
    public void changed() {
        pending.tell();
    }

    /**
     * Has cached translations of one page forgotten: by the only cache that has them, or by everybody if there may be more
     * than that, or instructions were fetched from the page.
     *
     * @param page a page of this RAM
     */
    public void forget(RamPage page) {
        if (page.isCachedWidely()) {
            pending.tell();
        }
        page.forget();
    }

    /**
     * Watches a byte until {@link #unwatchByte}, or until the page becomes absent or all RAM is reset or restored.
     *
     * @param address address of a byte in a resident page
     * @param watch told of each write
     * @throws HypervisorException with NOT_GUEST_MEMORY or PAGE_ABSENT if there is no such byte
     */
    public void watchByte(long address, ByteWatch watch) {
        RamPage page = page(address);
        page.watchByte((int) (address & PageSize.OFFSET_MASK), watch);
        forget(page);
    }

    /**
     * Ends what {@link #watchByte} began.
     *
     * @param address address of a byte in a resident page
     * @param watch the watch; nothing happens if it does not watch this byte
     * @throws HypervisorException with NOT_GUEST_MEMORY or PAGE_ABSENT if there is no such byte
     */
    public void unwatchByte(long address, ByteWatch watch) {
        RamPage page = page(address);
        page.unwatchByte((int) (address & PageSize.OFFSET_MASK), watch);
        forget(page);
    }

    /**
     * Makes the exclusive monitor of one more PE.
     *
     * @return a new monitor, cleared by stores of everybody else
     */
    public ExclusiveMonitor newMonitor() {
        return new ExclusiveMonitor(monitors);
    }

    /**
     * Clears the reservations that a store ends.
     *
     * @param own monitor of the PE that stores, left alone
     * @param address physical address
     * @param length number of bytes
     */
    public void stored(ExclusiveMonitor own, long address, long length) {
        monitors.stored(own, address, length);
    }

    /**
     * Tells whether a PE other than one has a reservation in a page. Stores to such a page must be reported by
     * {@link #stored}.
     *
     * @param own monitor that does not count
     * @param page address of the page
     * @return true if another monitor is open in it
     */
    public boolean isReservedByOther(ExclusiveMonitor own, long page) {
        return monitors.isReservedByOther(own, page);
    }

    /**
     * Names the pages in which PEs other than one have a reservation.
     *
     * @param own monitor that does not count
     * @param action called with the address of each page, perhaps more than once
     */
    public void forEachReservedByOther(ExclusiveMonitor own, LongConsumer action) {
        monitors.forEachReservedByOther(own, action);
    }

    /**
     * Returns how much host memory the guest has made use of.
     *
     * @return number of allocated pages
     */
    public int allocatedPages() {
        return allocatedPages;
    }

    /**
     * Returns how often something was looked up by its address: what is done often does without.
     *
     * @return number of lookups since this RAM was made
     */
    public long searches() {
        return searches;
    }

    @Override
    public String stateName() {
        return "ram";
    }

    /** Every page becomes resident and zero. */
    @Override
    public void reset() {
        discardAll();
    }

    @Override
    public void save(StateWriter writer) {
        long[] shape = new long[regions.length * 2];
        for (int i = 0; i < regions.length; i++) {
            shape[2 * i] = regions[i].base();
            shape[2 * i + 1] = regions[i].bytes();
        }
        writer.words("regions", shape);
        LongList present = new LongList();
        LongList absent = new LongList();
        for (int region = 0; region < regions.length; region++) {
            for (int i = 0; i < chunks[region].length; i++) {
                Chunk chunk = chunks[region][i];
                if (chunk != null) {
                    long base = regions[region].base() + ((long) i << CHUNK_SHIFT);
                    saveChunk(writer, chunk, base, present, absent);
                }
            }
        }
        writer.words("present", present.toArray());
        writer.words("absent", absent.toArray());
    }

    /** Pages of zeros are left out, so that whether a page was ever touched is not part of the state. */
    private static void saveChunk(StateWriter writer, Chunk chunk, long base, LongList present, LongList absent) {
        for (int slot = 0; slot < CHUNK_PAGES; slot++) {
            long address = base + ((long) slot << PageSize.SHIFT);
            RamPage page = chunk.pages[slot];
            if ((chunk.absent[slot / Long.SIZE] & 1L << slot) != 0) {
                absent.add(address);
            } else if (page != null && !isZero(page.bytes())) {
                present.add(address);
                writer.bytes(pageName(address), page.bytes());
            }
        }
    }

    @Override
    public void restore(StateReader reader) {
        long[] shape = reader.words("regions", regions.length * 2);
        for (int i = 0; i < regions.length; i++) {
            if (shape[2 * i] != regions[i].base() || shape[2 * i + 1] != regions[i].bytes()) {
                throw reader.invalid("regions", "describes other RAM than this machine has");
            }
        }
        discardAll();
        for (long page : reader.words("absent")) {
            requireSavedPage(reader, "absent", page);
            makeAbsent(page);
        }
        for (long page : reader.words("present")) {
            requireSavedPage(reader, "present", page);
            byte[] content = reader.bytes(pageName(page));
            if (content.length != PageSize.BYTES || !isResident(page)) {
                throw reader.invalid(pageName(page), "is not the content of a resident page");
            }
            makeResident(page, content);
        }
    }

    private void requireSavedPage(StateReader reader, String name, long page) {
        if (!PageSize.isAligned(page) || !contains(page)) {
            throw reader.invalid(name, "names 0x" + Long.toHexString(page) + ", which is not a page of RAM");
        }
    }

    private void discardAll() {
        for (Chunk[] ofRegion : chunks) {
            for (Chunk chunk : ofRegion) {
                if (chunk != null) {
                    for (RamPage page : chunk.pages) {
                        if (page != null) {
                            page.written(0, PageSize.BYTES);
                            page.leave();
                        }
                    }
                }
            }
            Arrays.fill(ofRegion, null);
        }
        allocatedPages = 0;
        changed();
    }

    private static String pageName(long address) {
        return "page." + Long.toHexString(address);
    }

    private static boolean isZero(byte[] bytes) {
        for (byte b : bytes) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private int regionOf(long address) {
        searches++;
        for (int i = 0; i < regions.length; i++) {
            if (regions[i].contains(address)) {
                return i;
            }
        }
        return -1;
    }

    private int requireRegion(long address, String attempted) {
        int region = regionOf(address);
        if (region < 0) {
            throw new HypervisorException(
                    ErrorId.NOT_GUEST_MEMORY, attempted + " where there is no RAM", at(address), "");
        }
        return region;
    }

    private void requireResident(long address, int length) {
        for (long page = PageSize.pageOf(address); page < address + length; page += PageSize.BYTES) {
            if (!isResident(page)) {
                requireRegion(page < address ? address : page, "accessing " + length + " bytes at " + at(address));
                throw absent(page);
            }
        }
    }

    private Chunk chunkFor(int region, long index) {
        int number = (int) (index / CHUNK_PAGES);
        Chunk chunk = chunks[region][number];
        if (chunk == null) {
            chunk = new Chunk();
            chunks[region][number] = chunk;
        }
        return chunk;
    }

    private static HypervisorException absent(long address) {
        return new HypervisorException(
                ErrorId.PAGE_ABSENT, "accessing a page that is not resident", at(address), "make it resident first");
    }

    private static String at(long address) {
        return String.format(Locale.ROOT, "address 0x%x", address);
    }
}
