/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.paging;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.memory.MemoryRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.zip.CRC32;

/**
 * A snapshot of a guest in a file: a state that says nothing about pages, and the pages. Pages are mapped into host memory
 * and read only when somebody asks for them.
 *
 * <p>Format 1, all numbers big-endian:
 *
 * <pre>
 * 0   "FLSN"                                     32  first byte of the data, a multiple of 4096
 * 4   format number                              40  CRC-32 of the state
 * 8   length of the state in bytes               44  CRC-32 of the index
 * 16  number of pages in the index               48  CRC-32 of bytes 0 to 47
 * 24  number of pages in the data                52  the state, then the index, then zeros up to the data
 * </pre>
 *
 * <p>An entry of the index has 16 bytes: address of the page (8), number of the page in the data or -1 if it is zero (4),
 * CRC-32 of its content (4). Entries are sorted by address.
 *
 * <p>A file is written beside its place and then moved there, so that a file of that name is always whole. Opening checks
 * everything but the content of pages, each of which is checked whenever it is read. Nobody may shorten a file while it
 * is open. Not thread-safe.
 *
 * @since 0.1
 */
public final class SnapshotFile implements PageStore, AutoCloseable {
    private static final int MAGIC = 0x464C_534E;
    private static final int FORMAT = 1;
    private static final int HEADER = 52;
    private static final int CHECKED = 48;
    private static final int ENTRY = 16;
    /** The longest state that is believed. */
    private static final long LONGEST_STATE = 1L << 30;
    /** One mapping of the JDK cannot be longer than 2 GiB. */
    private static final int PAGES_PER_MAPPING = 1 << 18;

    private final Path file;
    private final FileChannel channel;
    private final byte[] state;
    private final PageSet pages;
    private final Map<Long, Entry> index = new TreeMap<>();
    private final List<MappedByteBuffer> mappings = new ArrayList<>();

    private record Entry(int slot, int crc) {}

    private SnapshotFile(Path file, FileChannel channel, Function<byte[], List<MemoryRegion>> memory)
            throws IOException {
        this.file = file;
        this.channel = channel;
        long length = channel.size();
        if (length < HEADER) {
            throw damaged(file, "is only " + length + " bytes long");
        }
        ByteBuffer header = read(0, HEADER);
        if (header.getInt(0) != MAGIC) {
            throw damaged(file, "does not begin with FLSN");
        }
        if (header.getInt(4) != FORMAT) {
            throw damaged(file, "is in format " + header.getInt(4) + ", this version reads format " + FORMAT);
        }
        if (header.getInt(CHECKED) != crc(header.array(), 0, CHECKED)) {
            throw damaged(file, "has a damaged header");
        }
        long stateLength = header.getLong(8);
        long count = header.getLong(16);
        long stored = header.getLong(24);
        long data = header.getLong(32);
        requireLayout(length, stateLength, count, stored, data);
        this.state = read(HEADER, (int) stateLength).array();
        if (crc(state, 0, state.length) != header.getInt(40)) {
            throw damaged(file, "has a damaged state");
        }
        this.pages = new PageSet(memory.apply(state.clone()));
        readIndex(read(HEADER + stateLength, (int) (count * ENTRY)), (int) stored, header.getInt(44));
        for (long first = 0; first < stored; first += PAGES_PER_MAPPING) {
            long here = Math.min(PAGES_PER_MAPPING, stored - first);
            mappings.add(
                    channel.map(FileChannel.MapMode.READ_ONLY, data + first * PageSize.BYTES, here * PageSize.BYTES));
        }
    }

    private void requireLayout(long length, long stateLength, long count, long stored, long data) {
        boolean plausible = stateLength >= 0
                && stateLength <= LONGEST_STATE
                && count >= 0
                && count <= Integer.MAX_VALUE / ENTRY
                && stored >= 0
                && stored <= count
                && data == dataStart(stateLength, count);
        if (!plausible) {
            throw damaged(file, "has an impossible header");
        }
        if (length != data + stored * PageSize.BYTES) {
            throw damaged(file, "is " + length + " bytes long instead of " + (data + stored * PageSize.BYTES));
        }
    }

    private void readIndex(ByteBuffer entries, int stored, int crc) {
        if (crc(entries.array(), 0, entries.capacity()) != crc) {
            throw damaged(file, "has a damaged index");
        }
        long last = -1;
        while (entries.hasRemaining()) {
            long page = entries.getLong();
            Entry entry = new Entry(entries.getInt(), entries.getInt());
            if (!pages.covers(page)) {
                throw damaged(file, "has a page at 0x" + Long.toHexString(page) + ", which is not memory of the guest");
            }
            if (page <= last || entry.slot() < -1 || entry.slot() >= stored) {
                throw damaged(file, "has an impossible index entry for the page at 0x" + Long.toHexString(page));
            }
            last = page;
            pages.add(page);
            index.put(page, entry);
        }
    }

    private ByteBuffer read(long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, at + bytes.position()) < 0) {
                throw damaged(file, "ends early");
            }
        }
        return bytes.flip();
    }

    /**
     * Writes a snapshot.
     *
     * @param file where to; replaced if it exists
     * @param state whatever is not pages, at most 1 GiB
     * @param store the pages
     * @throws IOException if the file cannot be written or a page cannot be read
     */
    public static void write(Path file, byte[] state, PageStore store) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        try {
            try (FileChannel out = FileChannel.open(
                    beside,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                write(out, state, store);
            }
            Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private static void write(FileChannel out, byte[] state, PageStore store) throws IOException {
        PageSet set = store.pages();
        ByteBuffer entries = ByteBuffer.allocate(Math.multiplyExact(set.size(), ENTRY));
        long data = dataStart(state.length, set.size());
        int slot = 0;
        for (PageSet.Run run : set.runs()) {
            for (int i = 0; i < run.pages(); i++) {
                long page = run.first() + ((long) i << PageSize.SHIFT);
                byte[] content = store.read(page);
                boolean zero = MemoryPageStore.isZero(content);
                entries.putLong(page).putInt(zero ? -1 : slot).putInt(crc(content, 0, content.length));
                if (!zero) {
                    writeAll(out, data + (long) slot * PageSize.BYTES, ByteBuffer.wrap(content));
                    slot++;
                }
            }
        }
        ByteBuffer header = ByteBuffer.allocate(HEADER)
                .putInt(MAGIC)
                .putInt(FORMAT)
                .putLong(state.length)
                .putLong(set.size())
                .putLong(slot)
                .putLong(data)
                .putInt(crc(state, 0, state.length))
                .putInt(crc(entries.array(), 0, entries.capacity()));
        header.putInt(crc(header.array(), 0, CHECKED)).flip();
        writeAll(out, HEADER, ByteBuffer.wrap(state));
        writeAll(out, HEADER + (long) state.length, entries.flip());
        long end = HEADER + (long) state.length + entries.capacity();
        writeAll(out, end, ByteBuffer.allocate((int) (data - end)));
        // What begins a snapshot comes last: a file that was cut short is not one.
        writeAll(out, 0, header);
        out.force(true);
    }

    private static void writeAll(FileChannel out, long at, ByteBuffer bytes) throws IOException {
        long start = at - bytes.position();
        while (bytes.hasRemaining()) {
            out.write(bytes, start + bytes.position());
        }
    }

    private static long dataStart(long stateLength, long count) {
        return PageSize.pageOf(HEADER + stateLength + count * ENTRY + PageSize.BYTES - 1);
    }

    /**
     * Opens a snapshot.
     *
     * @param file a file that {@link #write} made
     * @param memory tells from the state what memory the guest has, by ascending address; what it throws is passed on
     * @return the snapshot, to be closed
     * @throws IOException if the file cannot be read
     * @throws HypervisorException with INVALID_STATE if it is not a whole snapshot of such a guest
     */
    public static SnapshotFile open(Path file, Function<byte[], List<MemoryRegion>> memory) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return new SnapshotFile(file, channel, memory);
        } catch (IOException | RuntimeException refused) {
            channel.close();
            throw refused;
        }
    }

    /**
     * Returns the state.
     *
     * @return what was given to {@link #write}
     */
    public byte[] state() {
        return state.clone();
    }

    @Override
    public PageSet pages() {
        return pages.copy();
    }

    @Override
    public boolean contains(long page) {
        return pages.contains(page);
    }

    @Override
    public byte[] read(long page) throws IOException {
        Entry entry = index.get(page);
        if (entry == null) {
            throw new IllegalArgumentException("page 0x" + Long.toHexString(page) + " is not in " + file);
        }
        byte[] content = MemoryPageStore.ZERO;
        if (entry.slot() >= 0) {
            content = new byte[PageSize.BYTES];
            mappings.get(entry.slot() / PAGES_PER_MAPPING)
                    .get(entry.slot() % PAGES_PER_MAPPING * PageSize.BYTES, content);
        }
        if (crc(content, 0, content.length) != entry.crc()) {
            throw new IOException("the page at 0x" + Long.toHexString(page) + " is damaged in " + file);
        }
        return content;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    private static HypervisorException damaged(Path file, String problem) {
        return new HypervisorException(
                ErrorId.INVALID_STATE, "the snapshot " + problem, file.toString(), "write the snapshot again");
    }
}
