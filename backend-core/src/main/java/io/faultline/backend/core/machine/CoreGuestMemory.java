/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.memory.GuestMemory;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageResidency;
import io.faultline.hwmodel.memory.GuestRam;
import java.util.Comparator;
import java.util.List;

/** The RAM of a machine for its VMM. */
final class CoreGuestMemory implements GuestMemory {
    private final CoreMachine machine;
    private final GuestRam ram;
    private final List<MemoryRegion> regions;

    CoreGuestMemory(CoreMachine machine, GuestRam ram, List<MemoryRegion> regions) {
        this.machine = machine;
        this.ram = ram;
        this.regions = regions.stream()
                .sorted(Comparator.comparingLong(MemoryRegion::base))
                .toList();
    }

    @Override
    public List<MemoryRegion> regions() {
        machine.requireOpen();
        return regions;
    }

    @Override
    public void read(long address, byte[] target) {
        machine.requireOpen();
        requireMemory(address, target.length, "reading");
        if (target.length > 0) {
            ram.read(address, target, 0, target.length);
        }
    }

    @Override
    public void write(long address, byte[] source) {
        machine.requireOpen();
        requireMemory(address, source.length, "writing");
        if (source.length > 0) {
            ram.write(address, source, 0, source.length);
        }
    }

    @Override
    public PageResidency residency(long address) {
        machine.requireOpen();
        requireMemory(address, 1, "asking for the residency of");
        return machine.residency(address);
    }

    @Override
    public long load(long address, AccessWidth width) {
        machine.requireOpen();
        requireMemory(address, width.bytes(), "reading");
        return ram.load(address, width);
    }

    @Override
    public void store(long address, AccessWidth width, long value) {
        machine.requireOpen();
        requireMemory(address, width.bytes(), "writing");
        ram.store(address, width, value);
    }

    /** A range that is not all memory is told before pages that are absent, whichever comes first in the range. */
    private void requireMemory(long address, int length, String attempt) {
        long at = address;
        long left = length;
        for (MemoryRegion region : regions) {
            if (left > 0 && region.contains(at, 1)) {
                long here = Math.min(left, region.end() - at);
                at += here;
                left -= here;
            }
        }
        if (left > 0) {
            throw new HypervisorException(
                    ErrorId.NOT_GUEST_MEMORY,
                    attempt + " " + length + " bytes of which not all are guest memory",
                    "from 0x" + Long.toHexString(address) + ", the first without memory is 0x" + Long.toHexString(at),
                    "stay within the regions of the machine");
        }
    }
}
