/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

/** The Root System Description Pointer (ACPI 6.3, 5.2.5.3), where an operating system begins to read. */
final class Rsdp {
    private static final int BYTES = 36;
    private static final int FIRST_VERSION_BYTES = 20;
    private static final int CHECKSUM = 8;
    private static final int OEM_ID = 9;
    private static final Field REVISION = new Field(15, 1);
    private static final Field LENGTH = new Field(20, 4);
    private static final Field XSDT = new Field(24, 8);
    private static final int EXTENDED_CHECKSUM = 32;

    private Rsdp() {}

    static byte[] of(long xsdt) {
        return new Structure(BYTES)
                .put(0, "RSD PTR ")
                .put(OEM_ID, DescriptionTable.OEM)
                .set(REVISION, 2)
                .set(LENGTH, BYTES)
                .set(XSDT, xsdt)
                .checksum(CHECKSUM, FIRST_VERSION_BYTES)
                .checksum(EXTENDED_CHECKSUM, BYTES)
                .bytes();
    }
}
