/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

import io.faultline.api.arm64.ExceptionLevel;

/** The Fixed ACPI Description Table (ACPI 6.3, 5.2.9) of a machine without any of the hardware that it was made for. */
final class Fadt {
    private static final int BYTES = 276;
    private static final int REVISION = 6;

    private static final Field FLAGS = new Field(112, 4);
    private static final Field ARM_BOOT_ARCHITECTURE = new Field(129, 2);
    private static final Field MINOR_REVISION = new Field(131, 1);
    private static final Field X_DSDT = new Field(140, 8);
    private static final Field HYPERVISOR_VENDOR = new Field(268, 8);

    private static final int HW_REDUCED_ACPI = 1 << 20;
    private static final int PSCI_COMPLIANT = 1;
    private static final int PSCI_USE_HVC = 2;

    private Fadt() {}

    static DescriptionTable of(ExceptionLevel level, long hypervisorVendor, long dsdt) {
        Structure table = new Structure(BYTES)
                .set(FLAGS, HW_REDUCED_ACPI)
                .set(ARM_BOOT_ARCHITECTURE, PSCI_COMPLIANT | (level == ExceptionLevel.EL2 ? 0 : PSCI_USE_HVC))
                .set(MINOR_REVISION, 3)
                .set(X_DSDT, dsdt)
                .set(HYPERVISOR_VENDOR, hypervisorVendor);
        return DescriptionTable.of("FACP", REVISION, table, BYTES);
    }
}
