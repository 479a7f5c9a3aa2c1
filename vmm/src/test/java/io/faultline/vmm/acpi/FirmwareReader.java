/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

import io.faultline.vmm.tree.Node;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/** Reads what an operating system reads: from /chosen to the system table, the memory map, and table by table. */
public final class FirmwareReader {
    private final long base;
    private final ByteBuffer memory;
    private final Node chosen;
    private final Map<String, ByteBuffer> tables = new TreeMap<>();

    /** A part of the memory map. */
    public record Range(int type, long base, long end, long attributes) {}

    /**
     * Reads everything and checks every checksum.
     *
     * @param base address of the content
     */
    public FirmwareReader(long base, byte[] content, Node chosen) {
        this.base = base;
        this.memory = little(content);
        this.chosen = chosen;
        ByteBuffer rsdp = at(configuration("8868e871e4f111d3bc220080c73c8881"), 36);
        require(text(rsdp, 0, 8).equals("RSD PTR ") && rsdp.get(15) == 2 && rsdp.getInt(20) == 36, "RSDP");
        require(sum(rsdp, 20) == 0 && sum(rsdp, 36) == 0, "checksums of the RSDP");
        ByteBuffer xsdt = table(rsdp.getLong(24));
        for (int i = 36; i < xsdt.capacity(); i += 8) {
            table(xsdt.getLong(i));
        }
        table(table("FACP").getLong(140));
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    private static ByteBuffer little(byte[] content) {
        return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    }

    private ByteBuffer at(long address, int bytes) {
        byte[] copy = new byte[bytes];
        memory.get((int) (address - base), copy);
        return little(copy);
    }

    private static byte sum(ByteBuffer bytes, int length) {
        byte sum = 0;
        for (int i = 0; i < length; i++) {
            sum += bytes.get(i);
        }
        return sum;
    }

    static String text(ByteBuffer bytes, int offset, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) bytes.get(offset + i));
        }
        return text.toString();
    }

    private long property(String name) {
        ByteBuffer value = ByteBuffer.wrap(chosen.properties().get(name));
        return value.capacity() == 8 ? value.getLong() : value.getInt();
    }

    private ByteBuffer systemTable() {
        ByteBuffer table = at(property("linux,uefi-system-table"), 120);
        require(text(table, 0, 8).equals("IBI SYST"), "signature of the system table");
        CRC32 crc = new CRC32();
        byte[] copy = table.array().clone();
        little(copy).putInt(16, 0);
        crc.update(copy);
        require(table.getInt(16) == (int) crc.getValue(), "CRC of the system table");
        return table;
    }

    /** Address of a table of the configuration, by its GUID as one reads it. */
    public long configuration(String guid) {
        ByteBuffer system = systemTable();
        for (int i = 0; i < system.getLong(104); i++) {
            ByteBuffer entry = at(system.getLong(112) + 24L * i, 24);
            String found = String.format(
                    "%08x%04x%04x%016x",
                    entry.getInt(0), entry.getShort(4), entry.getShort(6), Long.reverseBytes(entry.getLong(8)));
            if (found.equals(guid)) {
                return entry.getLong(16);
            }
        }
        throw new AssertionError("no table " + guid);
    }

    /** Name of the firmware's vendor. */
    public String vendor() {
        StringBuilder vendor = new StringBuilder();
        long address = systemTable().getLong(24);
        for (short unit = at(address, 2).getShort(0);
                unit != 0;
                unit = at(address, 2).getShort(0)) {
            vendor.append((char) unit);
            address += 2;
        }
        return vendor.toString();
    }

    /** Eight bytes anywhere. */
    public long number(long address) {
        return at(address, 8).getLong(0);
    }

    public List<Range> memoryMap() {
        long bytes = property("linux,uefi-mmap-size");
        int length = (int) property("linux,uefi-mmap-desc-size");
        require(property("linux,uefi-mmap-desc-ver") == 1 && bytes % length == 0, "memory map");
        List<Range> ranges = new ArrayList<>();
        for (long at = 0; at < bytes; at += length) {
            ByteBuffer entry = at(property("linux,uefi-mmap-start") + at, length);
            long start = entry.getLong(8);
            ranges.add(new Range(entry.getInt(0), start, start + 4096 * entry.getLong(24), entry.getLong(32)));
        }
        return ranges;
    }

    private ByteBuffer table(long address) {
        ByteBuffer header = at(address, 36);
        ByteBuffer table = at(address, header.getInt(4));
        String signature = text(table, 0, 4);
        require(sum(table, table.capacity()) == 0, "checksum of " + signature);
        require(text(table, 10, 14).equals("FAULTLFAULTLIN"), "OEM of " + signature);
        require(tables.put(signature, table) == null, "two tables " + signature);
        return table;
    }

    /** A table, header included. */
    public ByteBuffer table(String signature) {
        ByteBuffer table = tables.get(signature);
        require(table != null, "no table " + signature);
        return table;
    }

    /** The signatures of all tables, sorted. */
    public List<String> signatures() {
        return List.copyOf(tables.keySet());
    }

    /** The structures of a MADT of one type. */
    public List<ByteBuffer> interruptControllers(int type) {
        ByteBuffer madt = table("APIC");
        List<ByteBuffer> found = new ArrayList<>();
        int length;
        for (int at = 44; at < madt.capacity(); at += length) {
            length = madt.get(at + 1);
            byte[] copy = new byte[length];
            madt.get(at, copy);
            if (copy[0] == type) {
                found.add(little(copy));
            }
        }
        return found;
    }
}
