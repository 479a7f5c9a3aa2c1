/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

/** The Serial Port Console Redirection table: the PL011 is the console, as /chosen/stdout-path says in a device tree. */
final class Spcr {
    private static final int REVISION = 2;
    private static final int BYTES = 80;

    private static final Field INTERFACE = new Field(36, 1);
    private static final Field.GenericAddress BASE = Field.genericAddress(40);
    private static final Field INTERRUPT_TYPE = new Field(52, 1);
    private static final Field INTERRUPT = new Field(54, 4);
    private static final Field STOP_BITS = new Field(60, 1);
    private static final Field TERMINAL = new Field(62, 1);
    private static final Field PCI_DEVICE = new Field(64, 2);
    private static final Field PCI_VENDOR = new Field(66, 2);

    private static final int PL011 = 3;
    private static final int GIC = 8;
    private static final int ANSI = 3;
    private static final int NO_PCI_DEVICE = 0xFFFF;

    private Spcr() {}

    static DescriptionTable of(boolean interrupts) {
        Structure table = new Structure(BYTES)
                .set(INTERFACE, PL011)
                .set(STOP_BITS, 1)
                .set(TERMINAL, ANSI)
                .set(PCI_DEVICE, NO_PCI_DEVICE)
                .set(PCI_VENDOR, NO_PCI_DEVICE);
        BASE.set(table, 4, Dsdt.UART);
        if (interrupts) {
            table.set(INTERRUPT_TYPE, GIC).set(INTERRUPT, Dsdt.UART_INTERRUPT);
        }
        return DescriptionTable.of("SPCR", REVISION, table, BYTES);
    }
}
