/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.memory.GuestMemory;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageResidency;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.mmu.Stage2;
import java.util.Comparator;
import java.util.List;

/** The RAM of a machine for its VMM. */
final class CoreGuestMemory implements GuestMemory {
    private final CoreMachine machine;
    private final GuestRam ram;
    private final Stage2 stage2;
    private final List<MemoryRegion> regions;

    CoreGuestMemory(CoreMachine machine, GuestRam ram, Stage2 stage2, List<MemoryRegion> regions) {
        this.machine = machine;
        this.ram = ram;
        this.stage2 = stage2;
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
        if (stage2.isIdentity() && target.length > 0) {
            ram.read(address, target, 0, target.length);
        } else {
            forEachPage(address, target.length, (from, index, length) -> ram.read(from, target, index, length));
        }
    }

    @Override
    public void write(long address, byte[] source) {
        machine.requireOpen();
        requireMemory(address, source.length, "writing");
        if (stage2.isIdentity() && source.length > 0) {
            ram.write(address, source, 0, source.length);
        } else {
            forEachPage(address, source.length, (to, index, length) -> ram.write(to, source, index, length));
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
        if (stage2.isIdentity()) {
            return ram.load(address, width);
        }
        byte[] bytes = new byte[width.bytes()];
        read(address, bytes);
        long value = 0;
        for (int i = bytes.length - 1; i >= 0; i--) {
            value = value << Byte.SIZE | bytes[i] & 0xFF;
        }
        return value;
    }

    @Override
    public void store(long address, AccessWidth width, long value) {
        machine.requireOpen();
        requireMemory(address, width.bytes(), "writing");
        if (stage2.isIdentity()) {
            ram.store(address, width, value);
            return;
        }
        byte[] bytes = new byte[width.bytes()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (value >>> Byte.SIZE * i);
        }
        write(address, bytes);
    }

    /** A part of a range that lies in one page. */
    @FunctionalInterface
    private interface Part {
        void copy(long physical, int index, int length);
    }

    /**
     * The VMM sees what the guest sees where the hypervisor has put other memory. What the guest cannot see, since the
     * hypervisor has taken it out, is there for the VMM.
     */
    private void forEachPage(long address, int length, Part part) {
        for (boolean copies : new boolean[] {false, true}) {
            for (int done = 0; done < length; ) {
                long at = address + done;
                long physical = stage2.physical(at);
                int count = Math.min(length - done, PageSize.BYTES - (int) (at & PageSize.OFFSET_MASK));
                long from = physical == Stage2.HOLE ? at : physical;
                if (copies) {
                    part.copy(from, done, count);
                } else {
                    // All or nothing: what is absent is found before anything is copied.
                    ram.load(from, AccessWidth.BYTE);
                }
                done += count;
            }
        }
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
