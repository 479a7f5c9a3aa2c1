/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.memory;

import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Struct;
import io.faultline.backend.xen.hypercall.XenError;

/**
 * The commands that change the number of pages (xen.md 6.9). They return how many extents are done; what fails is not told
 * apart from what could not be done. A part of a call resumes behind the extents that are done.
 */
final class ReservationCall implements MemoryOp.Command {
    private static final int BYTES = 32;
    private static final int LIST = 0;
    private static final int EXTENTS = 8;
    private static final int ORDER = 16;
    private static final int FLAGS = 20;
    private static final int DOMAIN = 24;
    /** Larger extents are not for an unprivileged domain. */
    private static final int LARGEST_ORDER = 9;
    /** More extents than a call could count while it is continued. */
    private static final long MOST_EXTENTS = 0xFFFF_FFFFL >>> MemoryOp.PROGRESS_SHIFT;

    private static final int PAGES_PER_PART = 16;
    private static final int ADDRESS_BITS = 0xFF;
    private static final int PAGE_SHIFT = 12;
    private static final int POPULATE_ON_DEMAND = 1 << 16;

    private final KnownDomains domains;
    private final Extent extent;

    /** What is done with one extent: false if it cannot be done, or not completely. */
    @FunctionalInterface
    interface Extent {
        boolean take(long gfn, int pages);
    }

    ReservationCall(KnownDomains domains, Extent extent) {
        this.domains = domains;
        this.extent = extent;
    }

    @Override
    public long call(Caller caller, long start) {
        Struct struct = caller.struct();
        if (!caller.readStruct(caller.argument(1), BYTES)) {
            return start;
        }
        long list = struct.u64(LIST);
        long extents = struct.u64(EXTENTS);
        int order = struct.u32(ORDER);
        int flags = struct.u32(FLAGS);
        int error = domains.judge(struct.u16(DOMAIN));
        if (Long.compareUnsigned(extents, MOST_EXTENTS) > 0
                || Long.compareUnsigned(start, extents) >= 0
                || error == XenError.ESRCH) {
            return start;
        }
        if (error != 0) {
            return -error;
        }
        int bits = flags & ADDRESS_BITS;
        if (order < 0
                || order > LARGEST_ORDER
                || bits != 0 && bits <= PAGE_SHIFT
                || (flags & POPULATE_ON_DEMAND) != 0) {
            return start;
        }
        long done = start;
        while (done < extents) {
            if (!caller.readStruct(list + done * Long.BYTES, Long.BYTES)) {
                return caller.lacksPage() ? MemoryOp.continueLater(caller, done) : done;
            }
            if (!extent.take(struct.u64(0), 1 << order)) {
                break;
            }
            done++;
            if (hasWorkedEnough(caller, 1 << order) && done < extents) {
                return MemoryOp.continueLater(caller, done);
            }
        }
        return done;
    }

    /** A large extent is as much work as many small ones. */
    private static boolean hasWorkedEnough(Caller caller, int pages) {
        boolean enough = false;
        for (int page = 0; page < pages; page += PAGES_PER_PART) {
            enough |= caller.hasWorkedEnough();
        }
        return enough;
    }
}
