/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32;

/** The system table of UEFI firmware (UEFI 2.8, 4.3) whose services have ended: what is left are its tables. */
final class EfiSystemTable {
    private static final int BYTES = 120;
    private static final Field REVISION = new Field(8, 4);
    private static final Field HEADER_BYTES = new Field(12, 4);
    private static final Field CRC = new Field(16, 4);
    private static final Field VENDOR = new Field(24, 8);
    private static final Field TABLE_COUNT = new Field(104, 8);
    private static final Field TABLES = new Field(112, 8);
    private static final int UEFI_2_80 = 2 << 16 | 80;

    private static final int ENTRY_BYTES = 24;
    private static final Field ENTRY_TABLE = new Field(16, 8);

    private static final UUID ACPI = UUID.fromString("8868e871-e4f1-11d3-bc22-0080c73c8881");
    private static final UUID RUNTIME_PROPERTIES = UUID.fromString("eb66918a-7eef-402a-842e-931d21c38ae9");

    private EfiSystemTable() {}

    /** Adds the table and what it refers to; returns its address. */
    static long add(Area area, long rsdp) {
        long vendor = area.add("Faultline\0".getBytes(StandardCharsets.UTF_16LE));
        long properties = area.add(noRuntimeServices());
        List<byte[]> entries = List.of(entry(ACPI, rsdp), entry(RUNTIME_PROPERTIES, properties));
        long tables = area.add(Bytes.joined(entries.toArray(byte[][]::new)));
        Structure table = new Structure(BYTES)
                .put(0, "IBI SYST")
                .set(REVISION, UEFI_2_80)
                .set(HEADER_BYTES, BYTES)
                .set(VENDOR, vendor)
                .set(TABLE_COUNT, entries.size())
                .set(TABLES, tables);
        CRC32 crc = new CRC32();
        crc.update(table.bytes());
        return area.add(table.set(CRC, crc.getValue()).bytes());
    }

    /**
     * A table of runtime properties (UEFI 2.8, 4.6) that says that no runtime service may be called: there are none, and
     * their absence alone is something that an operating system does not expect.
     */
    private static byte[] noRuntimeServices() {
        return new Structure(8).set(new Field(0, 2), 1).set(new Field(2, 2), 8).bytes();
    }

    private static byte[] entry(UUID guid, long table) {
        return new Structure(ENTRY_BYTES).put(0, guid).set(ENTRY_TABLE, table).bytes();
    }
}
