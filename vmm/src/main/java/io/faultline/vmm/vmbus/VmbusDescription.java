/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.vmbus;

import io.faultline.vmm.acpi.Aml;
import io.faultline.vmm.tree.Node;

/**
 * How a guest finds the bus: a device of the DSDT (hyperv.md 2.4), or a node of the device tree (2.3). Linux 6.12 looks for
 * Hyper-V in ACPI tables alone and leaves the node alone.
 *
 * @since 0.1
 */
public final class VmbusDescription {
    private static final int PRIVATE = 1;
    private static final int EDGE_RISING = 1;
    private static final int FIRST_PRIVATE = 16;

    private static final int PRESENT_ENABLED_SHOWN_WORKING = 0xF;
    private static final int COHERENT = 1;

    /** Where channels with registers would have them: where QEMU's board has its PCI devices. */
    private static final int WINDOW = 0x1000_0000;

    private VmbusDescription() {}

    /**
     * Makes the device of the DSDT. It has an interrupt and no window for registers, since no channel has any.
     *
     * @return the encoded device
     */
    public static byte[] device() {
        return Aml.device(
                "VMBS",
                Aml.name("_HID", Aml.string("VMBUS")),
                Aml.name("_UID", Aml.integer(0)),
                Aml.name("_STA", Aml.integer(PRESENT_ENABLED_SHOWN_WORKING)),
                Aml.name("_CCA", Aml.integer(COHERENT)),
                Aml.name("_CRS", Aml.resources(Aml.edgeInterrupt(VmbusServer.INTERRUPT))));
    }

    /**
     * Adds the node of the device tree. Its window for registers, which the binding wants, holds nothing.
     *
     * @param root the root node, with two cells for addresses and for sizes
     */
    public static void describe(Node root) {
        root.add("vmbus@" + Integer.toHexString(WINDOW))
                .texts("compatible", "microsoft,vmbus")
                .cells("#address-cells", 2)
                .cells("#size-cells", 1)
                .cells("ranges", 0, WINDOW, 0, WINDOW, WINDOW)
                .flag("dma-coherent")
                .cells("interrupts", PRIVATE, VmbusServer.INTERRUPT - FIRST_PRIVATE, EDGE_RISING);
    }
}
