/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.memory.MemoryRegion;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
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
                "this is not an ELF file", problem(() -> ImageFile.parse("raw", new byte[100], OptionalLong.empty())));
        assertEquals(
                "this is not an ELF file", problem(() -> ImageFile.parse("raw", new byte[0], OptionalLong.empty())));
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

    @Test
    void saysWhenItIsALinuxImage() {
        byte[] linux = new byte[64];
        System.arraycopy(new byte[] {'A', 'R', 'M', 0x64}, 0, linux, 56, 4);
        assertEquals(
                "this is a Linux Image, which this version cannot boot",
                problem(() -> ImageFile.parse("Image", linux, OptionalLong.empty())));
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
        HypervisorException low = assertThrows(HypervisorException.class, () -> below.requireInside(RAM));
        assertEquals("segment [0x1000, 0x1004) is outside the memory [0x40000000, 0x40100000)", low.attempted());
        assertEquals("link it for addresses from 0x40000000", low.remedy());
        GuestImage above = ImageFile.parse("raw", new byte[0x2000], OptionalLong.of(0x400F_F000L));
        HypervisorException high = assertThrows(HypervisorException.class, () -> above.requireInside(RAM));
        assertEquals(
                "segment [0x400ff000, 0x40101000) is outside the memory [0x40000000, 0x40100000)", high.attempted());
        assertEquals("give the machine more memory", high.remedy());
        GuestImage beyond = ImageFile.parse("raw", new byte[4], OptionalLong.of(0x4010_0000L));
        assertEquals(
                "link it for addresses from 0x40000000",
                assertThrows(HypervisorException.class, () -> beyond.requireInside(RAM))
                        .remedy());
        ImageFile.parse("raw", new byte[4], OptionalLong.of(0x4000_0000L)).requireInside(RAM);
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
