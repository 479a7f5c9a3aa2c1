/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

import io.faultline.api.memory.MemoryRegion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The memory map of UEFI firmware (UEFI 2.8, 7.2): where an operating system may put something, and where not. */
final class EfiMemoryMap {
    /** Length of a descriptor. */
    static final int DESCRIPTOR_BYTES = 40;

    /** Version of the descriptor. */
    static final int DESCRIPTOR_VERSION = 1;

    private static final Field TYPE = new Field(0, 4);
    private static final Field PHYSICAL_START = new Field(8, 8);
    private static final Field PAGES = new Field(24, 8);
    private static final Field ATTRIBUTE = new Field(32, 8);
    private static final int WRITE_BACK = 8;
    private static final int PAGE = 4096;

    private final MemoryRegion ram;
    private final List<Descriptor> taken = new ArrayList<>();

    /** What memory is for. */
    enum Kind {
        CONVENTIONAL(7),
        /** Tables, which an operating system may overwrite once it has read them. */
        ACPI_RECLAIM(9),
        /** What firmware and operating system share for as long as the machine runs. */
        ACPI_NVS(10);

        private final int code;

        Kind(int code) {
            this.code = code;
        }
    }

    /** Some pages of one kind. */
    private record Descriptor(Kind kind, long base, long end) {
        byte[] bytes() {
            return new Structure(DESCRIPTOR_BYTES)
                    .set(TYPE, kind.code)
                    .set(PHYSICAL_START, base)
                    .set(PAGES, (end - base) / PAGE)
                    .set(ATTRIBUTE, WRITE_BACK)
                    .bytes();
        }
    }

    EfiMemoryMap(MemoryRegion ram) {
        this.ram = ram;
    }

    /** Takes a part of RAM that nothing has taken yet. */
    EfiMemoryMap take(Kind kind, long base, long bytes) {
        taken.add(new Descriptor(kind, base, base + bytes));
        return this;
    }

    byte[] bytes() {
        List<byte[]> descriptors = new ArrayList<>();
        long at = ram.base();
        taken.sort(Comparator.comparingLong(Descriptor::base));
        for (Descriptor next : taken) {
            conventional(at, next.base(), descriptors);
            descriptors.add(next.bytes());
            at = next.end();
        }
        conventional(at, ram.end(), descriptors);
        return Bytes.joined(descriptors.toArray(byte[][]::new));
    }

    private static void conventional(long base, long end, List<byte[]> descriptors) {
        if (base < end) {
            descriptors.add(new Descriptor(Kind.CONVENTIONAL, base, end).bytes());
        }
    }
}
