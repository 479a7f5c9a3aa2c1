/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

/** The Generic Timer Description Table (ACPI 6.3, 5.2.24): the processors' own timers, which never stop. */
final class Gtdt {
    private static final int REVISION = 2;
    private static final int BYTES = 96;

    private static final Field CONTROL_BASE = new Field(36, 8);
    private static final Field READ_BASE = new Field(80, 8);
    private static final long NO_FRAME = -1;

    /** Active high, level, always on. */
    private static final int FLAGS = 4;

    /** Interrupts and where they go; the flags follow each. */
    private enum Timer {
        SECURE_EL1(48, 29),
        NON_SECURE_EL1(56, 30),
        VIRTUAL(64, 27),
        NON_SECURE_EL2(72, 26);

        private final int offset;
        private final int interrupt;

        Timer(int offset, int interrupt) {
            this.offset = offset;
            this.interrupt = interrupt;
        }
    }

    private Gtdt() {}

    static DescriptionTable of() {
        Structure table = new Structure(BYTES).set(CONTROL_BASE, NO_FRAME).set(READ_BASE, NO_FRAME);
        for (Timer timer : Timer.values()) {
            table.set(new Field(timer.offset, 4), timer.interrupt).set(new Field(timer.offset + 4, 4), FLAGS);
        }
        return DescriptionTable.of("GTDT", REVISION, table, BYTES);
    }
}
