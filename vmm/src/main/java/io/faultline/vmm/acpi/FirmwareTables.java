/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

import io.faultline.api.memory.MemoryRegion;
import io.faultline.vmm.tree.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * What an operating system finds that was started by UEFI firmware, whose boot services have ended: the system table, the
 * memory map and ACPI tables, in one piece of memory, and the properties of {@code /chosen} by which Linux's EFI stub
 * hands all of this over to the kernel proper. A loader that starts the kernel itself can do the same.
 *
 * @since 0.1
 */
public final class FirmwareTables {
    /** Alignment and granularity of the memory, so that a kernel with pages of 64 KiB can map it alone. */
    public static final long ALIGNMENT = 0x1_0000;

    private static final int SECURE_BOOT_DISABLED = 2;

    private final List<DescriptionTable> tables = new ArrayList<>();
    private final byte[] content;
    private final long systemTable;
    private final long memoryMap;
    private final int memoryMapBytes;

    private FirmwareTables(AcpiMachine machine, MemoryRegion ram, long base, long bytes) {
        Area area = new Area(base);
        systemTable = EfiSystemTable.add(area, acpi(area, machine));
        EfiMemoryMap map = new EfiMemoryMap(ram).take(EfiMemoryMap.Kind.ACPI_RECLAIM, base, bytes);
        machine.errors()
                .ifPresent(source -> map.take(EfiMemoryMap.Kind.ACPI_NVS, source.base(), GenericErrorSource.BYTES));
        byte[] encoded = map.bytes();
        memoryMap = area.add(encoded);
        memoryMapBytes = encoded.length;
        content = area.bytes();
    }

    private long acpi(Area area, AcpiMachine machine) {
        DescriptionTable dsdt = Dsdt.of(machine);
        long dsdtAddress = area.add(dsdt.bytes());
        List<DescriptionTable> listed = new ArrayList<>();
        listed.add(Fadt.of(machine.level(), machine.hypervisorVendor(), dsdtAddress));
        listed.add(Madt.of(machine.affinities(), machine.level()));
        listed.add(Gtdt.of());
        listed.add(Spcr.of(machine.interrupts()));
        if (machine.sdei()) {
            listed.add(sdei());
        }
        machine.errors().map(Hest::of).ifPresent(listed::add);
        List<Long> addresses =
                listed.stream().map(table -> area.add(table.bytes())).toList();
        DescriptionTable xsdt = Xsdt.of(addresses);
        tables.add(xsdt);
        tables.addAll(listed);
        tables.add(dsdt);
        return area.add(Rsdp.of(area.add(xsdt.bytes())));
    }

    /** The SDEI table (DEN0054, Appendix C) is nothing but a header: SDEI is there, by the same conduit as PSCI. */
    private static DescriptionTable sdei() {
        int length = DescriptionTable.HEADER_BYTES;
        return DescriptionTable.of("SDEI", 1, new Structure(length), length);
    }

    /**
     * Returns how much memory the tables of a machine take.
     *
     * @param machine the machine
     * @param ram its memory
     * @return bytes, a positive multiple of {@link #ALIGNMENT}
     */
    public static long bytes(AcpiMachine machine, MemoryRegion ram) {
        // How long the tables are does not depend on where they are, but for the memory below and between them.
        int further = 2 * EfiMemoryMap.DESCRIPTOR_BYTES;
        FirmwareTables anywhere = new FirmwareTables(machine, ram, ram.base(), ALIGNMENT);
        return anywhere.content.length + further + ALIGNMENT - 1 & -ALIGNMENT;
    }

    /**
     * Makes the tables of a machine.
     *
     * @param machine the machine
     * @param ram its memory
     * @param base where the tables go, a multiple of {@link #ALIGNMENT}; they take {@link #bytes} of the memory
     * @return the tables
     */
    public static FirmwareTables at(AcpiMachine machine, MemoryRegion ram, long base) {
        return new FirmwareTables(machine, ram, base, bytes(machine, ram));
    }

    /**
     * Returns what goes into memory.
     *
     * @return the bytes from the base on
     */
    public byte[] content() {
        return content.clone();
    }

    /**
     * Returns the ACPI tables one by one.
     *
     * @return XSDT first, DSDT last
     */
    public List<DescriptionTable> tables() {
        return List.copyOf(tables);
    }

    /**
     * Makes the device tree by which Linux finds the tables. It has no node but {@code /chosen}: the kernel takes the
     * description of the machine from ACPI only if there is no other.
     *
     * @return the root node
     */
    public Node tree() {
        Node root = new Node("").cells("#address-cells", 2).cells("#size-cells", 2);
        root.add("chosen")
                .numbers("linux,uefi-system-table", systemTable)
                .numbers("linux,uefi-mmap-start", memoryMap)
                .cells("linux,uefi-mmap-size", memoryMapBytes)
                .cells("linux,uefi-mmap-desc-size", EfiMemoryMap.DESCRIPTOR_BYTES)
                .cells("linux,uefi-mmap-desc-ver", EfiMemoryMap.DESCRIPTOR_VERSION)
                .cells("linux,uefi-secure-boot", SECURE_BOOT_DISABLED);
        return root;
    }
}
