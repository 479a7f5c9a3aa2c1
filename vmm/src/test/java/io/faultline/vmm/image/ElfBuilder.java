/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes small ELF files, sound ones and others. */
public final class ElfBuilder {
    private static final int HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final int SECTION_HEADER = 64;

    private record Load(long virtual, long physical, byte[] content, long memory) {}

    private record Section(String name, long flags, long address, long size) {}

    private final List<Load> loads = new ArrayList<>();
    private final List<Section> sections = new ArrayList<>();
    private int machine = 183;
    private int type = 2;
    private int elfClass = 2;
    private int data = 1;
    private long entry;
    private boolean sectionTable = true;

    /** Adds a segment. */
    public ElfBuilder load(long address, byte[] content, long memory) {
        return load(address, address, content, memory);
    }

    public ElfBuilder load(long virtual, long physical, byte[] content, long memory) {
        loads.add(new Load(virtual, physical, content, memory));
        return this;
    }

    /** Adds an allocated section. */
    public ElfBuilder section(String name, long address, long size) {
        sections.add(new Section(name, 2, address, size));
        return this;
    }

    public ElfBuilder debugSection(String name, long address, long size) {
        sections.add(new Section(name, 0, address, size));
        return this;
    }

    public ElfBuilder entry(long address) {
        this.entry = address;
        return this;
    }

    public ElfBuilder machine(int number) {
        this.machine = number;
        return this;
    }

    public ElfBuilder type(int number) {
        this.type = number;
        return this;
    }

    public ElfBuilder elfClass(int number) {
        this.elfClass = number;
        return this;
    }

    public ElfBuilder data(int number) {
        this.data = number;
        return this;
    }

    public ElfBuilder withoutSectionTable() {
        this.sectionTable = false;
        return this;
    }

    /** Instructions as bytes. */
    public static byte[] code(int... words) {
        ByteBuffer code = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            code.putInt(word);
        }
        return code.array();
    }

    public byte[] build() {
        StringBuilder names = new StringBuilder("\0.shstrtab\0");
        for (Section section : sections) {
            names.append(section.name()).append('\0');
        }
        byte[] nameTable = names.toString().getBytes(StandardCharsets.US_ASCII);
        int content = HEADER + PROGRAM_HEADER * loads.size();
        int end =
                content + loads.stream().mapToInt(load -> load.content().length).sum();
        int sectionCount = sectionTable ? sections.size() + 2 : 0;
        int sectionOffset = end + nameTable.length + 7 & ~7;
        int total = sectionTable ? sectionOffset + sectionCount * SECTION_HEADER : end;
        ByteBuffer out = ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN);
        out.put(new byte[] {0x7F, 'E', 'L', 'F', (byte) elfClass, (byte) data, 1});
        out.position(16);
        out.putShort((short) type).putShort((short) machine).putInt(1).putLong(entry);
        out.putLong(HEADER).putLong(sectionTable ? sectionOffset : 0).putInt(0);
        out.putShort((short) HEADER).putShort((short) PROGRAM_HEADER).putShort((short) loads.size());
        out.putShort((short) SECTION_HEADER).putShort((short) sectionCount);
        out.putShort((short) (sectionTable ? 1 : 0));
        int at = content;
        for (Load load : loads) {
            out.putInt(1).putInt(7).putLong(at).putLong(load.virtual()).putLong(load.physical());
            out.putLong(load.content().length).putLong(load.memory()).putLong(1);
            at += load.content().length;
        }
        loads.forEach(load -> out.put(load.content()));
        if (!sectionTable) {
            return out.array();
        }
        out.put(nameTable).position(sectionOffset + SECTION_HEADER);
        section(out, 1, 3, 0, 0, end, nameTable.length);
        int name = "\0.shstrtab\0".length();
        for (Section section : sections) {
            section(out, name, 1, section.flags(), section.address(), 0, section.size());
            name += section.name().length() + 1;
        }
        return out.array();
    }

    private static void section(ByteBuffer out, int name, int type, long flags, long address, long offset, long size) {
        out.putInt(name)
                .putInt(type)
                .putLong(flags)
                .putLong(address)
                .putLong(offset)
                .putLong(size);
        out.putInt(0).putInt(0).putLong(1).putLong(0);
    }
}
