/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.hypercall;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.PageSize;
import io.faultline.backend.core.machine.Host;
import io.faultline.hwmodel.cpu.ProcessingElement;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.mmu.Stage2;

/**
 * Follows the pointers of one vCPU. A page that is not resident makes a copy fail, and is remembered: the call is made again
 * when it has come.
 */
final class StandardGuestCopy implements GuestCopy {
    /** No copy failed for want of a page. */
    static final long NOTHING = -1;

    private final ProcessingElement pe;
    private final GuestRam ram;
    private final Stage2 stage2;
    private long missing = NOTHING;
    private AccessKind missingFor = AccessKind.READ;

    StandardGuestCopy(Host host, ProcessingElement pe) {
        this.pe = pe;
        ram = host.ram();
        stage2 = host.stage2();
    }

    /** Forgets what was missing. */
    void begin() {
        missing = NOTHING;
    }

    /** The page that a copy lacked, as the guest names it, or {@link #NOTHING}. */
    long missing() {
        return missing;
    }

    AccessKind missingFor() {
        return missingFor;
    }

    @Override
    public boolean read(long address, byte[] target, int offset, int length) {
        for (int done = 0; done < length; ) {
            long from = address + done;
            int count = inPage(from, length - done);
            long physical = locate(from, AccessKind.READ);
            if (physical == Stage2.HOLE) {
                return false;
            }
            ram.read(physical, target, offset + done, count);
            done += count;
        }
        return true;
    }

    @Override
    public boolean write(long address, byte[] source, int offset, int length) {
        for (int done = 0; done < length; ) {
            long to = address + done;
            int count = inPage(to, length - done);
            long physical = locate(to, AccessKind.WRITE);
            if (physical == Stage2.HOLE) {
                return false;
            }
            ram.write(physical, source, offset + done, count);
            done += count;
        }
        return true;
    }

    private static int inPage(long address, int length) {
        return Math.min(length, PageSize.BYTES - (int) (address & PageSize.OFFSET_MASK));
    }

    private long locate(long address, AccessKind access) {
        long ipa = pe.translate(address, access == AccessKind.WRITE);
        if (ipa == ProcessingElement.UNMAPPED) {
            return Stage2.HOLE;
        }
        if ((ipa & ProcessingElement.ABSENT_TABLE) != 0) {
            return lacks(ipa & ~ProcessingElement.ABSENT_TABLE, AccessKind.READ);
        }
        int needed = access == AccessKind.WRITE ? Stage2.WRITE : Stage2.READ;
        long physical = stage2.physical(ipa);
        if (physical == Stage2.HOLE || !ram.contains(physical) || (stage2.permissions(ipa) & needed) == 0) {
            return Stage2.HOLE;
        }
        return ram.isResident(physical) ? physical : lacks(PageSize.pageOf(ipa), access);
    }

    /** What is no memory at all will not come. */
    long lacks(long page, AccessKind access) {
        long physical = stage2.physical(page);
        if (physical != Stage2.HOLE && ram.contains(physical)) {
            missing = page;
            missingFor = access;
        }
        return Stage2.HOLE;
    }
}
