/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

/**
 * A number at a fixed place of a structure, as the tables of the specifications list them.
 *
 * @param offset first byte within the structure
 * @param bytes size, 1 to 8
 */
record Field(int offset, int bytes) {
    Field {
        if (offset < 0 || bytes < 1 || bytes > 8) {
            throw new IllegalArgumentException("no field has offset " + offset + " and " + bytes + " bytes");
        }
    }

    /** A structure "Generic Address": register width, access size and address follow the address space. */
    static GenericAddress genericAddress(int offset) {
        return new GenericAddress(offset);
    }

    /**
     * A Generic Address Structure (ACPI 6.3, 5.2.3.2) inside another one.
     *
     * @param offset its first byte
     */
    record GenericAddress(int offset) {
        /** Code of the address space "system memory". */
        private static final int SYSTEM_MEMORY = 0;

        /** Makes it name a register in memory. */
        void set(Structure structure, int registerBytes, long address) {
            structure
                    .set(new Field(offset, 1), SYSTEM_MEMORY)
                    .set(new Field(offset + 1, 1), 8L * registerBytes)
                    .set(new Field(offset + 3, 1), Integer.numberOfTrailingZeros(registerBytes) + 1L)
                    .set(new Field(offset + 4, 8), address);
        }
    }
}
