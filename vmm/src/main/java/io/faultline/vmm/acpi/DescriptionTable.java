/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

import java.util.Arrays;
import java.util.Objects;

/**
 * A system description table (ACPI 6.3, 5.2.6): a header of 36 bytes and what the table says.
 *
 * @param signature four characters
 * @param bytes the whole table, header and checksum included; not copied, must not change
 * @since 0.1
 */
public record DescriptionTable(String signature, byte[] bytes) {
    /** Length of the header. */
    static final int HEADER_BYTES = 36;

    /** Who made the table, padded to the lengths that the header has: OEM, its name for the table, the compiler. */
    static final String OEM = "FAULTL";

    private static final String OEM_TABLE = "FAULTLIN";
    private static final String CREATOR = "FLTL";
    private static final Field LENGTH = new Field(4, 4);
    private static final Field REVISION = new Field(8, 1);
    private static final int CHECKSUM = 9;
    private static final int OEM_ID = 10;
    private static final int OEM_TABLE_ID = 16;
    private static final Field OEM_REVISION = new Field(24, 4);
    private static final int CREATOR_ID = 28;
    private static final Field CREATOR_REVISION = new Field(32, 4);

    /** Checks for null. */
    public DescriptionTable {
        Objects.requireNonNull(signature, "signature");
        Objects.requireNonNull(bytes, "bytes");
    }

    /** Completes a table in which only what follows the header was filled in. */
    static DescriptionTable of(String signature, int revision, Structure table, int length) {
        table.put(0, signature)
                .set(LENGTH, length)
                .set(REVISION, revision)
                .put(OEM_ID, OEM)
                .put(OEM_TABLE_ID, OEM_TABLE)
                .set(OEM_REVISION, 1)
                .put(CREATOR_ID, CREATOR)
                .set(CREATOR_REVISION, 1)
                .checksum(CHECKSUM, length);
        return new DescriptionTable(signature, table.bytes());
    }

    /** Puts parts of different lengths one behind the other, the first of them beginning with room for the header. */
    static DescriptionTable joined(String signature, int revision, Structure first, Iterable<byte[]> others) {
        byte[] all = Bytes.joined(first.bytes(), others);
        return of(signature, revision, new Structure(all.length).put(0, all), all.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DescriptionTable table
                && signature.equals(table.signature)
                && Arrays.equals(bytes, table.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * signature.hashCode() + Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return signature + " of " + bytes.length + " bytes";
    }
}
