/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.memory.MemoryRegion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class ImageFileTest {
    private static final MemoryRegion RAM = MemoryRegion.ram(0x4000_0000L, 0x10_0000);

    @TempDir
    Path folder;

    private static String problem(Executable reading) {
        HypervisorException thrown = assertThrows(HypervisorException.class, reading);
        assertEquals(ErrorId.INVALID_IMAGE, thrown.id());
        return thrown.attempted();
    }

    @Test
    void readsARawImageToItsLoadAddress() throws IOException {
        Path file = Files.write(folder.resolve("raw.bin"), new byte[] {1, 2, 3, 4});
        GuestImage image = ImageFile.read(file, OptionalLong.of(0x4008_0000L));
        assertEquals(0x4008_0000L, image.entry());
        assertEquals("[0x40080000, 0x40080004)", image.segments().get(0).toString());
        assertArrayEquals(new byte[] {1, 2, 3, 4}, image.segments().get(0).content());
    }

    @Test
    void readsAnElfFile() throws IOException {
        byte[] elf = new ElfBuilder()
                .load(0x4000_0000L, new byte[4], 4)
                .entry(0x4000_0000L)
                .build();
        Path file = Files.write(folder.resolve("guest.elf"), elf);
        assertEquals(0x4000_0000L, ImageFile.read(file, OptionalLong.empty()).entry());
        assertEquals(
                "an ELF file says itself where it goes",
                problem(() -> ImageFile.read(file, OptionalLong.of(0x4000_0000L))));
    }

    @Test
    void refusesARawImageWithoutAPlace() {
        assertEquals(
                "this is neither an ELF file nor a Linux Image",
                problem(() -> ImageFile.parse("raw", new byte[100], OptionalLong.empty())));
        assertEquals(
                "this is neither an ELF file nor a Linux Image",
                problem(() -> ImageFile.parse("raw", new byte[0], OptionalLong.empty())));
        assertEquals("the file is empty", problem(() -> ImageFile.parse("raw", new byte[0], OptionalLong.of(4096))));
        assertEquals(
                "the load address 0xffffffffffffffff is outside the 48-bit address space",
                problem(() -> ImageFile.parse("raw", new byte[4], OptionalLong.of(-1))));
        assertEquals(
                "the load address 0x1000000000000 is outside the 48-bit address space",
                problem(() -> ImageFile.parse("raw", new byte[4], OptionalLong.of(1L << 48))));
        assertEquals(
                "the entry address 0x1002 is not a multiple of 4",
                problem(() -> ImageFile.parse("raw", new byte[4], OptionalLong.of(4098))));
    }

    private static byte[] linux(long textOffset, long imageSize, long flags) {
        return ByteBuffer.allocate(128)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(8, textOffset)
                .putLong(16, imageSize)
                .putLong(24, flags)
                .putInt(56, 0x644D_5241)
                .array();
    }

    private static GuestImage parse(byte[] bytes) {
        return ImageFile.parse("Image", bytes, OptionalLong.empty());
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
            out.write(bytes);
        }
        return compressed.toByteArray();
    }

    @Test
    void aLinuxImageGoesAboveTheStartOfMemory() {
        GuestImage image = parse(linux(0x8_0000, 0x20_0000, 0xA));
        assertTrue(image.linux());
        assertEquals(0x4028_0000L, image.entry());
        assertEquals("[0x40280000, 0x40480000)", image.segments().get(0).toString());
        assertEquals(
                "[0x40200000, 0x40200080)",
                parse(linux(0, 0, 0xA)).segments().get(0).toString());
    }

    @Test
    void anImpossibleLinuxImageIsRefused() {
        assertEquals(
                "this is a big-endian kernel, and the machine is little-endian", problem(() -> parse(linux(0, 0, 1))));
        assertEquals("its text offset 0x200000 is not possible", problem(() -> parse(linux(0x20_0000, 0, 0))));
        assertEquals("its text offset 0xffffffffffffffff is not possible", problem(() -> parse(linux(-1, 0, 0))));
        assertEquals("its text offset 0x2 is not possible", problem(() -> parse(linux(2, 0, 0))));
        assertEquals("its size 0xffffffffffffffff is not possible", problem(() -> parse(linux(0, -1, 0))));
        assertEquals("its size 0x1000000000001 is not possible", problem(() -> parse(linux(0, (1L << 48) + 1, 0))));
    }

    @Test
    void compressedImagesAreExpanded() throws IOException {
        assertTrue(parse(gzip(linux(0, 0, 0))).linux());
        byte[] elf = new ElfBuilder()
                .load(0x4000_0000L, new byte[4], 4)
                .entry(0x4000_0000L)
                .build();
        assertFalse(parse(gzip(elf)).linux());
        byte[] whole = gzip(linux(0, 0, 0));
        assertEquals("the compressed file is truncated", problem(() -> parse(Arrays.copyOf(whole, whole.length - 10))));
        byte[] damaged = whole.clone();
        damaged[2] = 99;
        assertTrue(problem(() -> parse(damaged)).startsWith("the compressed file is damaged: "));
        byte[] inner = gzip(new byte[10]);
        assertEquals("this is neither an ELF file nor a Linux Image", problem(() -> parse(inner)));
    }

    private static byte[] selfExtracting(byte[] payload, int size, String type) {
        ByteBuffer image = ByteBuffer.allocate(64 + payload.length).order(ByteOrder.LITTLE_ENDIAN);
        image.put("MZ\0\0zimg".getBytes(StandardCharsets.ISO_8859_1));
        image.putInt(8, 64).putInt(12, size);
        image.position(24);
        image.put(type.getBytes(StandardCharsets.ISO_8859_1));
        image.position(64);
        return image.put(payload).array();
    }

    @Test
    void selfExtractingKernelsAreExtracted() throws IOException {
        byte[] payload = gzip(linux(0, 0, 0));
        assertTrue(parse(selfExtracting(payload, payload.length, "gzip")).linux());
        assertEquals(
                "the kernel is compressed with zstd, and only gzip is known",
                problem(() -> parse(selfExtracting(payload, payload.length, "zstd"))));
        assertEquals(
                "the compressed kernel is truncated",
                problem(() -> parse(selfExtracting(payload, payload.length + 1, "gzip"))));
    }

    @Test
    void anEmptyRamdiskIsRefused() {
        assertEquals("the initial ramdisk is empty", problem(() -> new Ramdisk("initrd", new byte[0])));
    }

    @Test
    void saysWhyAFileCannotBeRead() throws IOException {
        assertEquals(
                "there is no such file",
                problem(() -> ImageFile.read(folder.resolve("missing"), OptionalLong.empty())));
        assertEquals("this is a directory", problem(() -> ImageFile.bytes(folder)));
        Path huge = folder.resolve("huge");
        try (RandomAccessFile sparse = new RandomAccessFile(huge.toFile(), "rw")) {
            sparse.setLength(ImageFile.LARGEST + 1);
        }
        assertEquals("the file is longer than 1 GiB", problem(() -> ImageFile.bytes(huge)));
    }

    @Test
    void findsSegmentsOutsideMemory() {
        GuestImage below = ImageFile.parse("raw", new byte[4], OptionalLong.of(0x1000));
        HypervisorException low = assertThrows(HypervisorException.class, () -> below.requireInside(List.of(RAM)));
        assertEquals("segment [0x1000, 0x1004) is outside the memory [0x40000000, 0x40100000)", low.attempted());
        assertEquals("link it for addresses from 0x40000000", low.remedy());
        GuestImage above = ImageFile.parse("raw", new byte[0x2000], OptionalLong.of(0x400F_F000L));
        HypervisorException high = assertThrows(HypervisorException.class, () -> above.requireInside(List.of(RAM)));
        assertEquals(
                "segment [0x400ff000, 0x40101000) is outside the memory [0x40000000, 0x40100000)", high.attempted());
        assertEquals("give the machine more memory", high.remedy());
        GuestImage beyond = ImageFile.parse("raw", new byte[4], OptionalLong.of(0x4010_0000L));
        assertEquals(
                "link it for addresses from 0x40000000",
                assertThrows(HypervisorException.class, () -> beyond.requireInside(List.of(RAM)))
                        .remedy());
        ImageFile.parse("raw", new byte[4], OptionalLong.of(0x4000_0000L)).requireInside(List.of(RAM));
    }

    @Test
    void segmentsCheckTheirLengths() {
        assertThrows(IllegalArgumentException.class, () -> new Segment(0, new byte[0], 0));
        assertThrows(IllegalArgumentException.class, () -> new Segment(0, new byte[2], 1));
        assertThrows(IllegalArgumentException.class, () -> new Segment(-1, new byte[2], 2));
        assertThrows(IllegalArgumentException.class, () -> new Segment(Long.MAX_VALUE, new byte[2], 2));
        Segment segment = new Segment(16, new byte[2], 4);
        assertEquals(
                List.of(false, true, true, false),
                List.of(segment.contains(15), segment.contains(16), segment.contains(19), segment.contains(20)));
    }
}
