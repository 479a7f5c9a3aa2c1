/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.image;

import static io.faultline.vmm.image.ElfBuilder.code;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.memory.MemoryRegion;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ElfReaderTest {
    private static final long BASE = 0x4000_0000L;
    private static final int NOP = 0xD503_201F;

    private static GuestImage read(byte[] bytes) {
        return ImageFile.parse("guest.elf", bytes, OptionalLong.empty());
    }

    private static ElfBuilder small() {
        return new ElfBuilder().load(BASE, code(NOP, NOP), 0x2000).entry(BASE + 4);
    }

    private static String problem(byte[] bytes) {
        HypervisorException thrown = assertThrows(HypervisorException.class, () -> read(bytes));
        assertEquals(ErrorId.INVALID_IMAGE, thrown.id());
        assertEquals("guest.elf", thrown.where());
        assertFalse(thrown.getMessage().contains("\n"));
        return thrown.attempted();
    }

    @Test
    void readsSegmentsAndEntry() {
        GuestImage image = read(small().load(0x4010_0000L, code(1, 2, 3), 12).build());
        assertEquals(BASE + 4, image.entry());
        assertEquals(2, image.segments().size());
        assertArrayEquals(code(NOP, NOP), image.segments().get(0).content());
        assertEquals(0x2000, image.segments().get(0).bytes());
        assertEquals("[0x40100000, 0x4010000c)", image.segments().get(1).toString());
        assertEquals(List.of(), image.absent());
    }

    @Test
    void needsNoSectionTable() {
        assertEquals(1, read(small().withoutSectionTable().build()).segments().size());
    }

    @Test
    void loadsAtPhysicalAddressesAndTranslatesEntryAndSections() {
        GuestImage image = read(new ElfBuilder()
                .load(0x8000_0000L, BASE, new byte[0x3000], 0x3000)
                .entry(0x8000_0010L)
                .section(".faultline.absent", 0x8000_1000L, 0x2000)
                .build());
        assertEquals(BASE, image.segments().get(0).address());
        assertEquals(BASE + 0x10, image.entry());
        assertEquals(List.of(MemoryRegion.ram(BASE + 0x1000, 0x2000)), image.absent());
    }

    @Test
    void findsAbsentPagesOnlyInSectionsThatAreInMemory() {
        GuestImage image = read(small().section(".text", BASE, 8)
                .debugSection(".faultline.absent", 0, 0x1000)
                .section(".faultline.absent", BASE + 0x1000, 0x1000)
                .section(".faultline.absentee", BASE, 0x1000)
                .build());
        assertEquals(List.of(MemoryRegion.ram(BASE + 0x1000, 0x1000)), image.absent());
    }

    @Test
    void ignoresEmptySegments() {
        assertEquals(
                1,
                read(small().load(BASE + 0x100, new byte[0], 0).build())
                        .segments()
                        .size());
    }

    @ParameterizedTest
    @CsvSource({"62,x86-64", "40,32-bit Arm", "243,RISC-V", "9999,machine number 9999"})
    void refusesOtherMachines(int machine, String called) {
        assertEquals(
                "this ELF file is for " + called + ", not for AArch64",
                problem(small().machine(machine).build()));
    }

    @ParameterizedTest
    @CsvSource({"1,an object file that is not linked", "3,position independent", "4,a core dump", "77,of type 77"})
    void refusesOtherTypes(int type, String called) {
        assertEquals(
                "this ELF file is " + called + ", not an executable",
                problem(small().type(type).build()));
    }

    @Test
    void refusesOtherClassesAndByteOrders() {
        assertEquals(
                "this is not a 64-bit ELF file", problem(small().elfClass(1).build()));
        assertEquals(
                "this ELF file is not little-endian", problem(small().data(2).build()));
    }

    @Test
    void refusesAFileThatEndsInItsHeader() {
        assertEquals(
                "the file is truncated: it ends after 63 bytes, inside the ELF header",
                problem(Arrays.copyOf(small().build(), 63)));
    }

    @Test
    void refusesAFileThatEndsInItsProgramHeaders() {
        assertEquals(
                "the file is truncated: its 1 program headers begin at 0x40, the file has 0x64 bytes",
                problem(Arrays.copyOf(small().withoutSectionTable().build(), 100)));
    }

    @Test
    void refusesAFileThatEndsInASegment() {
        byte[] whole = small().withoutSectionTable().build();
        assertEquals(
                "the file is truncated: segment 0 is bytes 0x78 to 0x80, the file has 0x7f",
                problem(Arrays.copyOf(whole, whole.length - 1)));
    }

    @Test
    void refusesAFileThatEndsInItsSectionHeaders() {
        byte[] whole = small().build();
        assertEquals(
                "the file is truncated: its 2 section headers begin at 0x90, the file has 0x10f bytes",
                problem(Arrays.copyOf(whole, whole.length - 1)));
    }

    @Test
    void refusesASegmentThatIsLongerInTheFileThanInMemory() {
        assertEquals(
                "segment 0 has 0x8 bytes in the file and only 0x4 in memory",
                problem(new ElfBuilder()
                        .load(BASE, code(NOP, NOP), 4)
                        .entry(BASE)
                        .build()));
    }

    @Test
    void refusesASegmentBeyondTheAddressSpace() {
        String expected = "leaves the 48-bit address space";
        assertEquals(
                "segment 0 at 0xffff800000000000 " + expected,
                problem(new ElfBuilder()
                        .load(0xFFFF_8000_0000_0000L, code(NOP), 4)
                        .entry(BASE)
                        .build()));
        assertEquals(
                "segment 0 at 0x1000000000000 " + expected,
                problem(new ElfBuilder()
                        .load(1L << 48, code(NOP), 4)
                        .entry(BASE)
                        .build()));
        assertEquals(
                "segment 0 at 0xfffffffff000 " + expected,
                problem(new ElfBuilder()
                        .load((1L << 48) - 0x1000, code(NOP), 0x1001)
                        .entry(BASE)
                        .build()));
    }

    @Test
    void refusesOverlappingSegments() {
        assertEquals(
                "segments [0x40000000, 0x40002000) and [0x40001ffc, 0x40002000) overlap",
                problem(small().load(BASE + 0x1FFC, code(NOP), 4).build()));
    }

    @Test
    void refusesAnEntryOutsideEverySegment() {
        assertEquals(
                "the entry address 0x40002000 is outside every loaded segment",
                problem(small().entry(BASE + 0x2000).build()));
    }

    @Test
    void refusesAnEntryThatIsNotAnInstruction() {
        assertEquals(
                "the entry address 0x40000002 is not a multiple of 4",
                problem(small().entry(BASE + 2).build()));
    }

    @Test
    void refusesAFileWithNothingToLoad() {
        assertEquals("the ELF file has no segment to load", problem(new ElfBuilder().build()));
        assertEquals(
                "the ELF file has no segment to load",
                problem(new ElfBuilder().withoutSectionTable().build()));
    }

    @ParameterizedTest
    @CsvSource({"0x40000800,0x1000", "0x40000000,0x800", "0x40000000,0"})
    void refusesAbsentPagesThatAreNotWhole(String address, String length) {
        assertEquals(
                "section .faultline.absent at " + address + " of 0x" + Long.toHexString(Long.decode(length))
                        + " bytes is not a positive number of whole 4 KiB pages",
                problem(small().section(".faultline.absent", Long.decode(address), Long.decode(length))
                        .build()));
    }

    @ParameterizedTest
    @CsvSource({"0x40001000,0x2000", "0x40002000,0x1000", "0x3ffff000,0x1000"})
    void refusesAbsentPagesThatAreNotLoaded(String address, String length) {
        assertEquals(
                "section .faultline.absent at " + address + " of " + length + " bytes is not inside one loaded segment",
                problem(small().section(".faultline.absent", Long.decode(address), Long.decode(length))
                        .build()));
    }

    @Test
    void refusesHeadersThatAreTooShort() {
        byte[] bytes = small().build();
        bytes[54] = 8;
        assertEquals("the ELF file is damaged: a program header of 8 bytes is too short", problem(bytes));
    }

    @Test
    void refusesAnUnknownVersion() {
        byte[] bytes = small().build();
        bytes[6] = 9;
        assertEquals("the ELF file is damaged: Invalid elf version: 9", problem(bytes));
    }

    @Test
    void toleratesASectionTableWithoutNames() {
        byte[] bytes = small().section(".faultline.absent", BASE, 0x1000).build();
        bytes[62] = (byte) 0x7F;
        assertEquals(List.of(), read(bytes).absent());
    }

    @Test
    void neitherTruncationNorDamageThrowsAnythingElse() {
        byte[] whole =
                small().section(".faultline.absent", BASE + 0x1000, 0x1000).build();
        for (int length = 4; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(HypervisorException.class, () -> read(cut), "length " + length);
        }
        Random random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = whole.clone();
            for (int hits = 1 + random.nextInt(4); hits > 0; hits--) {
                damaged[4 + random.nextInt(damaged.length - 4)] = (byte) random.nextInt(256);
            }
            try {
                read(damaged);
            } catch (HypervisorException expected) {
                assertEquals(ErrorId.INVALID_IMAGE, expected.id());
                refused++;
            }
        }
        assertEquals(true, refused > 2_000, "refused " + refused);
    }
}
