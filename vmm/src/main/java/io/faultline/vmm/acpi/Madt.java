/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.ExceptionLevel;
import java.util.ArrayList;
import java.util.List;

/** The Multiple APIC Description Table (ACPI 6.3, 5.2.12): processors and the parts of a GICv3. */
final class Madt {
    private static final int REVISION = 5;
    private static final int BYTES = 44;

    private static final Field TYPE = new Field(0, 1);
    private static final Field LENGTH = new Field(1, 1);

    private static final int GICC = 11;
    private static final int GICC_BYTES = 80;
    private static final Field GICC_INTERFACE = new Field(4, 4);
    private static final Field GICC_UID = new Field(8, 4);
    private static final Field GICC_FLAGS = new Field(12, 4);
    private static final Field GICC_MAINTENANCE = new Field(56, 4);
    private static final Field GICC_MPIDR = new Field(68, 8);
    private static final int ENABLED = 1;
    private static final int MAINTENANCE_INTERRUPT = 25;

    private static final int GICD = 12;
    private static final int GICD_BYTES = 24;
    private static final Field GICD_BASE = new Field(8, 8);
    private static final Field GICD_VERSION = new Field(20, 1);

    private static final int GICR = 14;
    private static final int GICR_BYTES = 16;
    private static final Field GICR_BASE = new Field(4, 8);
    private static final Field GICR_LENGTH = new Field(12, 4);

    private static final long DISTRIBUTOR = 0x0800_0000L;
    private static final long REDISTRIBUTOR_BYTES = 0x2_0000;
    private static final long LOW_REDISTRIBUTORS = 0x080A_0000L;
    private static final int LOW_REDISTRIBUTOR_COUNT = 123;
    private static final long HIGH_REDISTRIBUTORS = 0x40_0000_0000L;

    private Madt() {}

    static DescriptionTable of(List<Affinity> affinities, ExceptionLevel level) {
        List<byte[]> parts = new ArrayList<>();
        parts.add(entry(GICD, GICD_BYTES)
                .set(GICD_BASE, DISTRIBUTOR)
                .set(GICD_VERSION, 3)
                .bytes());
        for (int index = 0; index < affinities.size(); index++) {
            parts.add(entry(GICC, GICC_BYTES)
                    .set(GICC_INTERFACE, index)
                    .set(GICC_UID, index)
                    .set(GICC_FLAGS, ENABLED)
                    .set(GICC_MAINTENANCE, level == ExceptionLevel.EL2 ? MAINTENANCE_INTERRUPT : 0)
                    .set(GICC_MPIDR, affinities.get(index).mpidr())
                    .bytes());
        }
        parts.add(redistributors(LOW_REDISTRIBUTORS, LOW_REDISTRIBUTOR_COUNT));
        if (affinities.size() > LOW_REDISTRIBUTOR_COUNT) {
            parts.add(redistributors(HIGH_REDISTRIBUTORS, affinities.size() - LOW_REDISTRIBUTOR_COUNT));
        }
        return DescriptionTable.joined("APIC", REVISION, new Structure(BYTES), parts);
    }

    private static byte[] redistributors(long base, int count) {
        return entry(GICR, GICR_BYTES)
                .set(GICR_BASE, base)
                .set(GICR_LENGTH, count * REDISTRIBUTOR_BYTES)
                .bytes();
    }

    private static Structure entry(int type, int bytes) {
        return new Structure(bytes).set(TYPE, type).set(LENGTH, bytes);
    }
}
