/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.host;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.xen.hypercall.XenError;
import io.faultline.backend.xen.memory.PhysicalMap;
import io.faultline.backend.xen.paging.ReleasedPages;

/**
 * The physical map of one machine: stage 2. A page of RAM that the guest gives back is a hole; elsewhere, what is taken out
 * leaves what was there before, that is nothing.
 */
final class MachineMap implements PhysicalMap, StateElement {
    private static final int GFN_BITS = 36;

    private final Host host;
    private final ReleasedPages pager;
    private final long lastRam;
    private long last;

    MachineMap(Host host, ReleasedPages pager) {
        this.host = host;
        this.pager = pager;
        lastRam = host.request().memory().stream()
                                .mapToLong(MemoryRegion::end)
                                .max()
                                .orElse(PageSize.BYTES)
                        - 1
                >> PageSize.SHIFT;
        last = lastRam;
    }

    private static boolean isGfn(long gfn) {
        return gfn >>> GFN_BITS == 0;
    }

    @Override
    public int map(long gfn, Frame frame) {
        if (!isGfn(gfn)) {
            return XenError.EINVAL;
        }
        pager.released(gfn);
        host.stage2().map(gfn << PageSize.SHIFT, frame.physical());
        last = Math.max(last, gfn);
        return 0;
    }

    @Override
    public boolean populate(long gfn) {
        long page = gfn << PageSize.SHIFT;
        if (!isGfn(gfn) || !host.ram().contains(page)) {
            return false;
        }
        pager.released(gfn);
        host.stage2().mapToItself(page);
        host.renew(page);
        return true;
    }

    @Override
    public boolean unmap(long gfn) {
        long page = gfn << PageSize.SHIFT;
        if (!isGfn(gfn)) {
            return false;
        }
        boolean isRam = host.ram().contains(page);
        long physical = host.stage2().physical(page);
        if (physical == page ? !isRam : physical < 0) {
            return false;
        }
        if (isRam) {
            pager.released(gfn);
            host.stage2().unmap(page);
        } else {
            host.stage2().mapToItself(page);
        }
        return true;
    }

    @Override
    public long lastGfn() {
        return last;
    }

    @Override
    public String stateName() {
        return "map";
    }

    /** Nothing but RAM has been mapped. */
    @Override
    public void reset() {
        last = lastRam;
    }

    /** What is mapped is saved with stage 2. */
    @Override
    public void save(StateWriter writer) {
        writer.word("last", last);
    }

    @Override
    public void restore(StateReader reader) {
        last = reader.word("last", lastRam, (1L << GFN_BITS) - 1);
    }
}
