/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

import java.util.UUID;

/**
 * What firmware says about a memory error that could not be corrected and that nobody has run into yet: a Generic Error
 * Status Block (ACPI 6.3, 18.3.2.7.1) with one Memory Error Section (UEFI 2.8, N.2.5).
 *
 * @param physicalAddress guest-physical address of the error
 * @since 0.1
 */
public record MemoryErrorRecord(long physicalAddress) {
    private static final int STATUS_BYTES = 20;
    private static final Field BLOCK_STATUS = new Field(0, 4);
    private static final Field DATA_LENGTH = new Field(12, 4);
    private static final Field SEVERITY = new Field(16, 4);
    private static final int UNCORRECTABLE = 1;
    private static final int ONE_ENTRY = 1 << 4;
    private static final int RECOVERABLE = 0;

    private static final int ENTRY = STATUS_BYTES;
    private static final int ENTRY_BYTES = 72;
    private static final Field ENTRY_SEVERITY = new Field(ENTRY + 16, 4);
    private static final Field ENTRY_REVISION = new Field(ENTRY + 20, 2);
    private static final Field ENTRY_LENGTH = new Field(ENTRY + 24, 4);
    private static final UUID MEMORY_ERROR_SECTION = UUID.fromString("a5bc1114-6f64-4ede-b863-3e83ed7c83b1");
    private static final int REVISION = 0x300;

    private static final int SECTION = ENTRY + ENTRY_BYTES;
    private static final int SECTION_BYTES = 80;
    private static final Field VALID = new Field(SECTION, 8);
    private static final Field PHYSICAL_ADDRESS = new Field(SECTION + 16, 8);
    private static final Field PHYSICAL_ADDRESS_MASK = new Field(SECTION + 24, 8);
    private static final Field ERROR_TYPE = new Field(SECTION + 72, 1);
    private static final int HAS_ADDRESS = 1 << 1;
    private static final int HAS_ADDRESS_MASK = 1 << 2;
    private static final int HAS_TYPE = 1 << 14;
    private static final long PAGE_MASK = -4096L;
    private static final int MULTI_BIT = 3;

    private static final int BYTES = SECTION + SECTION_BYTES;

    /**
     * Encodes the record.
     *
     * @return the error status block
     */
    public byte[] statusBlock() {
        return new Structure(BYTES)
                .set(BLOCK_STATUS, UNCORRECTABLE | ONE_ENTRY)
                .set(DATA_LENGTH, ENTRY_BYTES + SECTION_BYTES)
                .set(SEVERITY, RECOVERABLE)
                .put(ENTRY, MEMORY_ERROR_SECTION)
                .set(ENTRY_SEVERITY, RECOVERABLE)
                .set(ENTRY_REVISION, REVISION)
                .set(ENTRY_LENGTH, SECTION_BYTES)
                .set(VALID, HAS_ADDRESS | HAS_ADDRESS_MASK | HAS_TYPE)
                .set(PHYSICAL_ADDRESS, physicalAddress)
                .set(PHYSICAL_ADDRESS_MASK, PAGE_MASK)
                .set(ERROR_TYPE, MULTI_BIT)
                .bytes();
    }
}
