/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

import java.util.List;

/** The Extended System Description Table (ACPI 6.3, 5.2.8): where the other tables are. */
final class Xsdt {
    private Xsdt() {}

    static DescriptionTable of(List<Long> addresses) {
        int length = DescriptionTable.HEADER_BYTES + 8 * addresses.size();
        Structure table = new Structure(length);
        for (int i = 0; i < addresses.size(); i++) {
            table.set(new Field(DescriptionTable.HEADER_BYTES + 8 * i, 8), addresses.get(i));
        }
        return DescriptionTable.of("XSDT", 1, table, length);
    }
}
