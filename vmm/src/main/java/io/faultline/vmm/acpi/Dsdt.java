/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The Differentiated System Description Table: the devices that a system cannot find by itself. */
final class Dsdt {
    /** Address of the PL011. */
    static final long UART = 0x0900_0000L;

    /** Interrupt of the PL011, SPI 1. */
    static final int UART_INTERRUPT = 33;

    private static final int UART_BYTES = 0x1000;
    private static final int REVISION = 2;

    /** Where _OSC finds what the operating system supports, and the bit for error interfaces (ACPI 6.3, 6.2.11.2). */
    private static final int CAPABILITIES = 3;

    private static final int SUPPORT = 4;
    private static final int APEI = 1 << 4;

    private Dsdt() {}

    static DescriptionTable of(AcpiMachine machine) {
        List<byte[]> devices = new ArrayList<>();
        machine.errors().ifPresent(source -> devices.add(capabilities()));
        for (int uid = 0; uid < machine.affinities().size(); uid++) {
            devices.add(Aml.device(
                    String.format(Locale.ROOT, "C%03X", uid),
                    Aml.name("_HID", Aml.string("ACPI0007")),
                    Aml.name("_UID", Aml.integer(uid))));
        }
        devices.add(uart(machine.interrupts()));
        devices.addAll(machine.devices());
        byte[] code = Aml.scope("\\_SB_", devices.toArray(byte[][]::new));
        return DescriptionTable.joined("DSDT", REVISION, new Structure(DescriptionTable.HEADER_BYTES), List.of(code));
    }

    /** Of what an operating system offers, the platform takes that it reads error records written by firmware. */
    private static byte[] capabilities() {
        return Aml.method(
                "_OSC",
                CAPABILITIES + 1,
                Aml.doubleWordField(Aml.argument(CAPABILITIES), SUPPORT, "SUPP"),
                Aml.keep("SUPP", APEI),
                Aml.result(Aml.argument(CAPABILITIES)));
    }

    /** The PL011 as what Arm's Server Base System Architecture leaves of one: it has no clock to set. */
    private static byte[] uart(boolean interrupts) {
        byte[] frame = Aml.memory32(UART, UART_BYTES);
        return Aml.device(
                "COM0",
                Aml.name("_HID", Aml.string("ARMH0011")),
                Aml.name("_UID", Aml.integer(0)),
                Aml.name(
                        "_CRS",
                        interrupts ? Aml.resources(frame, Aml.interrupt(UART_INTERRUPT)) : Aml.resources(frame)));
    }
}
