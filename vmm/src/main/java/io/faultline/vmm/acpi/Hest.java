/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

/**
 * The Hardware Error Source Table (ACPI 6.3, 18.3.2) with one source, a Generic Hardware Error Source version 2 (18.3.2.8)
 * that is notified by an SDEI event. Version 2, because the guest acknowledges what it has read: the VMM knows when it may
 * report the next error.
 */
final class Hest {
    private static final int REVISION = 1;
    private static final int BYTES = 40 + 92;
    private static final int SOURCE = 40;

    private static final Field SOURCE_COUNT = new Field(36, 4);
    private static final Field TYPE = new Field(SOURCE, 2);
    private static final Field RELATED = new Field(SOURCE + 4, 2);
    private static final Field ENABLED = new Field(SOURCE + 7, 1);
    private static final Field RECORDS = new Field(SOURCE + 8, 4);
    private static final Field SECTIONS_PER_RECORD = new Field(SOURCE + 12, 4);
    private static final Field RAW_DATA_BYTES = new Field(SOURCE + 16, 4);
    private static final Field.GenericAddress STATUS_ADDRESS = Field.genericAddress(SOURCE + 20);
    private static final Field NOTIFICATION_TYPE = new Field(SOURCE + 32, 1);
    private static final Field NOTIFICATION_LENGTH = new Field(SOURCE + 33, 1);
    private static final Field NOTIFICATION_VECTOR = new Field(SOURCE + 40, 4);
    private static final Field STATUS_BYTES = new Field(SOURCE + 60, 4);
    private static final Field.GenericAddress READ_ACK = Field.genericAddress(SOURCE + 64);
    private static final Field READ_ACK_WRITE = new Field(SOURCE + 84, 8);

    private static final int GENERIC_V2 = 10;
    private static final int NO_RELATED_SOURCE = 0xFFFF;
    private static final int SOFTWARE_DELEGATED_EXCEPTION = 11;
    private static final int NOTIFICATION_BYTES = 28;

    private Hest() {}

    static DescriptionTable of(GenericErrorSource source) {
        Structure table = new Structure(BYTES)
                .set(SOURCE_COUNT, 1)
                .set(TYPE, GENERIC_V2)
                .set(RELATED, NO_RELATED_SOURCE)
                .set(ENABLED, 1)
                .set(RECORDS, 1)
                .set(SECTIONS_PER_RECORD, 1)
                .set(RAW_DATA_BYTES, GenericErrorSource.STATUS_BLOCK_BYTES)
                .set(NOTIFICATION_TYPE, SOFTWARE_DELEGATED_EXCEPTION)
                .set(NOTIFICATION_LENGTH, NOTIFICATION_BYTES)
                .set(NOTIFICATION_VECTOR, source.event())
                .set(STATUS_BYTES, GenericErrorSource.STATUS_BLOCK_BYTES)
                .set(READ_ACK_WRITE, GenericErrorSource.ACKNOWLEDGED);
        STATUS_ADDRESS.set(table, 8, source.statusAddress());
        READ_ACK.set(table, 8, source.readAck());
        return DescriptionTable.of("HEST", REVISION, table, BYTES);
    }
}
