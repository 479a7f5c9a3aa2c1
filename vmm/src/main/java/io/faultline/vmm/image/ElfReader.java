/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.image;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.memory.MemoryRegion;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.fornwall.jelf.ElfFile;
import net.fornwall.jelf.ElfSegment;

/**
 * Reads AArch64 ELF executables (little-endian, ELF64, linked to fixed addresses).
 *
 * <p>A segment goes to its physical address. The entry and the sections are virtual addresses and are translated by the
 * segment that holds them.
 */
final class ElfReader {
    /** Name of the section whose pages are absent when the guest starts. */
    static final String ABSENT_SECTION = ".faultline.absent";

    private static final int HEADER_BYTES = 64;
    private static final int PROGRAM_HEADER_BYTES = 56;
    private static final int SECTION_HEADER_BYTES = 64;
    private static final long SHF_ALLOC = 2;

    private static final Map<Integer, String> OTHER_MACHINES = Map.of(
            3,
            "x86",
            8,
            "MIPS",
            20,
            "PowerPC",
            21,
            "64-bit PowerPC",
            22,
            "S/390",
            40,
            "32-bit Arm",
            62,
            "x86-64",
            243,
            "RISC-V",
            258,
            "LoongArch");

    private static final Map<Integer, String> OTHER_TYPES = Map.of(
            ElfFile.ET_REL, "an object file that is not linked",
            ElfFile.ET_DYN, "position independent",
            ElfFile.ET_CORE, "a core dump");

    private final String name;
    private final byte[] bytes;
    private final ByteBuffer buffer;
    private final ElfFile header;

    private ElfReader(String name, byte[] bytes, ElfFile header) {
        this.name = name;
        this.bytes = bytes;
        this.buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.header = header;
    }

    /**
     * Reads a file.
     *
     * @throws io.faultline.api.error.HypervisorException with INVALID_IMAGE, whatever the bytes are
     */
    static GuestImage read(String name, byte[] bytes) {
        if (bytes.length < HEADER_BYTES) {
            throw ImageProblem.of(
                    name, "the file is truncated: it ends after " + bytes.length + " bytes, inside the ELF header", "");
        }
        requireKind(name, bytes);
        return new ElfReader(name, bytes, parse(name, () -> ElfFile.from(bytes))).image();
    }

    private interface Parser<T> {
        T parse();
    }

    /** The library reports damage by several kinds of unchecked exceptions, some of them accidental. */
    private static <T> T parse(String name, Parser<T> parser) {
        try {
            return parser.parse();
        } catch (RuntimeException damaged) {
            throw ImageProblem.of(name, "the ELF file is damaged: " + damaged.getMessage(), "");
        }
    }

    /** Says what file it is before its details are looked at: those of another machine may be unreadable. */
    private static void requireKind(String name, byte[] bytes) {
        if (bytes[4] != ElfFile.CLASS_64) {
            throw ImageProblem.of(name, "this is not a 64-bit ELF file", "build it for AArch64");
        }
        if (bytes[5] != ElfFile.DATA_LSB) {
            throw ImageProblem.of(name, "this ELF file is not little-endian", "build it for little-endian AArch64");
        }
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int machine = header.getShort(18) & 0xFFFF;
        if (machine != ElfFile.ARCH_AARCH64) {
            throw ImageProblem.of(
                    name,
                    "this ELF file is for " + OTHER_MACHINES.getOrDefault(machine, "machine number " + machine)
                            + ", not for AArch64",
                    "build it for AArch64");
        }
        int type = header.getShort(16) & 0xFFFF;
        if (type != ElfFile.ET_EXEC) {
            throw ImageProblem.of(
                    name,
                    "this ELF file is " + OTHER_TYPES.getOrDefault(type, "of type " + type) + ", not an executable",
                    "link it to fixed addresses (-static -no-pie)");
        }
    }

    private GuestImage image() {
        List<ElfSegment> loaded = loadedSegments();
        List<Segment> segments = new ArrayList<>();
        for (ElfSegment segment : loaded) {
            int from = (int) segment.p_offset;
            segments.add(new Segment(
                    segment.p_paddr, Arrays.copyOfRange(bytes, from, from + (int) segment.p_filesz), segment.p_memsz));
        }
        return new GuestImage(name, physical(loaded, header.e_entry), segments, absent(loaded));
    }

    private List<ElfSegment> loadedSegments() {
        int count = header.e_phnum & 0xFFFF;
        requireTable("program header", header.e_phoff, count, header.e_phentsize & 0xFFFF, PROGRAM_HEADER_BYTES);
        List<ElfSegment> loaded = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int index = i;
            ElfSegment segment = parse(name, () -> header.getProgramHeader(index));
            if (segment.p_type == ElfSegment.PT_LOAD && segment.p_memsz != 0) {
                requireSound(i, segment);
                loaded.add(segment);
            }
        }
        if (loaded.isEmpty()) {
            throw ImageProblem.of(name, "the ELF file has no segment to load", "link it");
        }
        return loaded;
    }

    private void requireSound(int index, ElfSegment segment) {
        if (segment.p_filesz < 0 || segment.p_offset < 0 || segment.p_offset > bytes.length - segment.p_filesz) {
            throw ImageProblem.of(
                    name,
                    "the file is truncated: segment " + index + " is bytes 0x" + Long.toHexString(segment.p_offset)
                            + " to 0x" + Long.toHexString(segment.p_offset + segment.p_filesz) + ", the file has 0x"
                            + Integer.toHexString(bytes.length),
                    "");
        }
        if (segment.p_memsz < 0 || segment.p_filesz > segment.p_memsz) {
            throw ImageProblem.of(
                    name,
                    "segment " + index + " has 0x" + Long.toHexString(segment.p_filesz)
                            + " bytes in the file and only 0x" + Long.toHexString(segment.p_memsz) + " in memory",
                    "link it again");
        }
        if (outOfReach(segment.p_paddr, segment.p_memsz) || outOfReach(segment.p_vaddr, segment.p_memsz)) {
            throw ImageProblem.of(
                    name,
                    "segment " + index + " at 0x" + Long.toHexString(segment.p_paddr)
                            + " leaves the 48-bit address space",
                    "link it for physical addresses");
        }
    }

    private static boolean outOfReach(long address, long length) {
        return address < 0 || address >= MemoryRegion.ADDRESS_LIMIT || length > MemoryRegion.ADDRESS_LIMIT - address;
    }

    private void requireTable(String what, long offset, int count, int entry, int smallest) {
        if (count == 0) {
            return;
        }
        if (entry < smallest) {
            throw ImageProblem.of(
                    name, "the ELF file is damaged: a " + what + " of " + entry + " bytes is too short", "");
        }
        if (offset < 0 || offset > bytes.length - (long) count * entry) {
            throw ImageProblem.of(
                    name,
                    "the file is truncated: its " + count + " " + what + "s begin at 0x" + Long.toHexString(offset)
                            + ", the file has 0x" + Integer.toHexString(bytes.length) + " bytes",
                    "");
        }
    }

    /** Translates a virtual address by the segment that holds it; an address outside all of them stays as it is. */
    private static long physical(List<ElfSegment> loaded, long address) {
        for (ElfSegment segment : loaded) {
            if (address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_memsz) {
                return address - segment.p_vaddr + segment.p_paddr;
            }
        }
        return address;
    }

    /**
     * Finds the pages that are to be absent. Section headers are read here and not by the library, which believes the
     * sizes of symbol and hash tables and would allocate whatever a damaged file says.
     */
    private List<MemoryRegion> absent(List<ElfSegment> loaded) {
        int count = header.e_shnum & 0xFFFF;
        int entry = header.e_shentsize & 0xFFFF;
        requireTable("section header", header.e_shoff, count, entry, SECTION_HEADER_BYTES);
        int names = header.e_shstrndx & 0xFFFF;
        List<MemoryRegion> absent = new ArrayList<>();
        if (names >= count) {
            return absent;
        }
        long table = buffer.getLong((int) header.e_shoff + names * entry + 24);
        for (int i = 0; i < count; i++) {
            int at = (int) header.e_shoff + i * entry;
            if ((buffer.getLong(at + 8) & SHF_ALLOC) != 0 && isNamed(table + (buffer.getInt(at) & 0xFFFF_FFFFL))) {
                absent.add(absentRange(loaded, buffer.getLong(at + 16), buffer.getLong(at + 32)));
            }
        }
        return absent;
    }

    private boolean isNamed(long offset) {
        byte[] expected = (ABSENT_SECTION + '\0').getBytes(StandardCharsets.US_ASCII);
        return offset >= 0
                && offset <= bytes.length - expected.length
                && Arrays.equals(bytes, (int) offset, (int) offset + expected.length, expected, 0, expected.length);
    }

    private MemoryRegion absentRange(List<ElfSegment> loaded, long address, long length) {
        long physical = physical(loaded, address);
        if (!PageSize.isAligned(address | physical | length) || length <= 0) {
            throw ImageProblem.of(
                    name,
                    "section " + ABSENT_SECTION + " at 0x" + Long.toHexString(address) + " of 0x"
                            + Long.toHexString(length) + " bytes is not a positive number of whole 4 KiB pages",
                    "align its start and its end to 4096");
        }
        for (ElfSegment segment : loaded) {
            long offset = address - segment.p_vaddr;
            if (offset >= 0 && offset < segment.p_memsz && length <= segment.p_memsz - offset) {
                return MemoryRegion.ram(segment.p_paddr + offset, length);
            }
        }
        throw ImageProblem.of(
                name,
                "section " + ABSENT_SECTION + " at 0x" + Long.toHexString(address) + " of 0x" + Long.toHexString(length)
                        + " bytes is not inside one loaded segment",
                "put it into a segment of type PT_LOAD");
    }
}
