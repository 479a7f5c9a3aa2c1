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
import io.faultline.hwmodel.memory.RamPage;
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
            RamPage page = pe.kernelPage(from, false);
            if (page == null) {
                lookInto(from, AccessKind.READ);
                return false;
            }
            System.arraycopy(page.bytes(), inPage(from), target, offset + done, count);
            done += count;
        }
        return true;
    }

    @Override
    public boolean write(long address, byte[] source, int offset, int length) {
        for (int done = 0; done < length; ) {
            long to = address + done;
            int count = inPage(to, length - done);
            RamPage page = pe.kernelPage(to, true);
            if (page == null) {
                lookInto(to, AccessKind.WRITE);
                return false;
            }
            ram.store(page, inPage(to), source, offset + done, count);
            done += count;
        }
        return true;
    }

    private static int inPage(long address) {
        return (int) (address & PageSize.OFFSET_MASK);
    }

    private static int inPage(long address, int length) {
        return Math.min(length, PageSize.BYTES - inPage(address));
    }

    /** Remembers what is missing, if anything that can come: the page itself, or one with a table for its translation. */
    private void lookInto(long address, AccessKind access) {
        long ipa = pe.translate(address, access == AccessKind.WRITE);
        if (ipa == ProcessingElement.UNMAPPED) {
            return;
        }
        if ((ipa & ProcessingElement.ABSENT_TABLE) != 0) {
            lacks(ipa & ~ProcessingElement.ABSENT_TABLE, AccessKind.READ);
            return;
        }
        long physical = stage2.physical(ipa);
        int needed = access == AccessKind.WRITE ? Stage2.WRITE : Stage2.READ;
        if (physical != Stage2.HOLE && !ram.isResident(physical) && (stage2.permissions(ipa) & needed) != 0) {
            lacks(PageSize.pageOf(ipa), access);
        }
    }

    /** What is no memory at all will not come. */
    void lacks(long page, AccessKind access) {
        long physical = stage2.physical(page);
        if (physical != Stage2.HOLE && ram.contains(physical)) {
            missing = page;
            missingFor = access;
        }
    }
}
