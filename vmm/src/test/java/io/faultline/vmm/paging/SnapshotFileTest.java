/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.paging;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotFileTest {
    private static final List<MemoryRegion> MEMORY = List.of(MemoryRegion.ram(0x4000_0000L, 0x10_0000));
    private static final byte[] STATE = "what is not pages".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private Path file;

    private static byte[] page(int value) {
        byte[] page = new byte[4096];
        Arrays.fill(page, (byte) value);
        return page;
    }

    @BeforeEach
    void write() throws IOException {
        MemoryPageStore store = new MemoryPageStore(MEMORY);
        store.put(0x4000_3000L, page(3));
        store.put(0x4000_1000L, page(1));
        store.put(0x4000_2000L, page(0));
        file = folder.resolve("guest.snapshot");
        SnapshotFile.write(file, STATE, store);
    }

    private SnapshotFile open() throws IOException {
        return SnapshotFile.open(file, state -> MEMORY);
    }

    private String refusal() {
        HypervisorException refused = assertThrows(HypervisorException.class, this::open);
        assertEquals(ErrorId.INVALID_STATE, refused.id());
        assertTrue(refused.getMessage().contains(file.toString()), refused.getMessage());
        return refused.attempted();
    }

    @Test
    void givesBackStateAndPages() throws IOException {
        try (SnapshotFile snapshot = open()) {
            assertArrayEquals(STATE, snapshot.state());
            assertEquals(
                    List.of(new PageSet.Run(0x4000_1000L, 3)), snapshot.pages().runs());
            assertTrue(snapshot.contains(0x4000_1000L));
            assertFalse(snapshot.contains(0x4000_0000L));
            assertArrayEquals(page(1), snapshot.read(0x4000_1000L));
            assertArrayEquals(page(0), snapshot.read(0x4000_2000L));
            assertArrayEquals(page(3), snapshot.read(0x4000_3000L));
            assertThrows(IllegalArgumentException.class, () -> snapshot.read(0x4000_0000L));
        }
    }

    @Test
    void keepsPagesOfZerosOutOfTheFileAndOthersOnPages() throws IOException {
        assertEquals(3 * 4096, Files.size(file));
    }

    @Test
    void replacesAFileAndLeavesNothingBeside() throws IOException {
        SnapshotFile.write(file, new byte[0], new MemoryPageStore(MEMORY));
        try (SnapshotFile snapshot = open()) {
            assertEquals(0, snapshot.state().length);
            assertTrue(snapshot.pages().isEmpty());
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void aSnapshotThatCannotBeWrittenLeavesTheOldOne() throws IOException {
        MemoryPageStore broken = new MemoryPageStore(MEMORY);
        broken.put(0x4000_1000L, page(1));
        PageStore store = new PageStore() {
            @Override
            public PageSet pages() {
                return broken.pages();
            }

            @Override
            public boolean contains(long page) {
                return true;
            }

            @Override
            public byte[] read(long page) throws IOException {
                throw new IOException("no");
            }
        };
        assertThrows(IOException.class, () -> SnapshotFile.write(file, STATE, store));
        try (SnapshotFile snapshot = open()) {
            assertArrayEquals(STATE, snapshot.state());
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void servesAMachine() throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        List<String> answers = new ArrayList<>();
        PageSink sink = new PageSink() {
            @Override
            public void arrived(long page, byte[] content) {
                answers.add(Long.toHexString(page) + " is " + content[7]);
            }

            @Override
            public void failed(long page, String reason) {
                answers.add(Long.toHexString(page) + " failed");
            }

            @Override
            public void poisoned(long page) {
                answers.add(Long.toHexString(page) + " is lost");
            }
        };
        try (SnapshotFile snapshot = open()) {
            SnapshotPageSource source = new SnapshotPageSource(snapshot, 0);
            for (long page = 0x4000_0000L; page <= 0x4000_3000L; page += 0x1000) {
                source.request(new PageRequest(page, 0, AccessKind.READ, 0));
            }
            source.poll(0, sink);
            assertEquals(snapshot, source.snapshot());
        }
        assertEquals(List.of("40000000 failed", "40001000 is 1", "40002000 is 0", "40003000 is lost"), answers);
    }

    @Test
    void noByteOfHeaderStateAndIndexCanChangeUnnoticed() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        int checked = 52 + STATE.length + 3 * 16;
        for (int i = 0; i < checked; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 0x10;
            Files.write(file, damaged);
            refusal();
        }
    }

    @Test
    void noLengthIsTakenForAnother() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length += length < 200 ? 1 : 997) {
            Files.write(file, Arrays.copyOf(whole, length));
            refusal();
        }
        Files.write(file, Arrays.copyOf(whole, whole.length + 1));
        assertEquals("the snapshot is 12289 bytes long instead of 12288", refusal());
    }

    @Test
    void namesWhatIsWrong() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, new byte[100]);
        assertEquals("the snapshot does not begin with FLSN", refusal());
        byte[] newer = whole.clone();
        newer[7] = 2;
        Files.write(file, newer);
        assertEquals("the snapshot is in format 2, this version reads format 1", refusal());
        Files.write(file, new byte[3]);
        assertEquals("the snapshot is only 3 bytes long", refusal());
        Files.write(file, whole);
        HypervisorException foreign = assertThrows(
                HypervisorException.class,
                () -> SnapshotFile.open(file, state -> List.of(MemoryRegion.ram(0x4000_0000L, 0x2000))));
        assertEquals("the snapshot has a page at 0x40002000, which is not memory of the guest", foreign.attempted());
        Files.delete(file);
        assertThrows(NoSuchFileException.class, this::open);
    }

    /** A file by somebody who computes checksums. */
    @Test
    void believesNoNumberThatCannotBe() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        long[][] lies = {{8, -1}, {8, 1L << 40}, {16, -1}, {16, 1L << 40}, {24, -1}, {24, 4}, {24, 1}, {32, 0}, {32, 1}
        };
        for (long[] lie : lies) {
            byte[] lying = whole.clone();
            ByteBuffer.wrap(lying).putLong((int) lie[0], lie[1]);
            CRC32 crc = new CRC32();
            crc.update(lying, 0, 48);
            ByteBuffer.wrap(lying).putInt(48, (int) crc.getValue());
            Files.write(file, lying);
            refusal();
        }
    }
}
