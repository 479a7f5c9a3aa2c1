/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.memory;

import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.hypercall.XenError;
import java.util.TreeMap;

/** A physical map: RAM from 0x40000, pages of the hypervisor anywhere below 0x80000. */
final class FakeMap implements PhysicalMap {
    static final long RAM = 0x4_0000;
    static final long PAGES = 0x1000;
    static final long END = 0x8_0000;

    /** A page of RAM has no frame here. */
    record Page(Frame frame) {}

    final TreeMap<Long, Page> pages = new TreeMap<>();
    boolean full;

    FakeMap() {
        for (long i = 0; i < PAGES; i++) {
            pages.put(RAM + i, new Page(null));
        }
    }

    @Override
    public int map(long gfn, Frame frame) {
        if (gfn < 0 || gfn >= END) {
            return XenError.EINVAL;
        }
        if (full) {
            return XenError.ENOMEM;
        }
        pages.put(gfn, new Page(frame));
        return 0;
    }

    @Override
    public boolean populate(long gfn) {
        if (gfn < RAM || gfn >= RAM + PAGES) {
            return false;
        }
        pages.put(gfn, new Page(null));
        return true;
    }

    @Override
    public boolean unmap(long gfn) {
        return pages.remove(gfn) != null;
    }

    @Override
    public long lastGfn() {
        return pages.lastKey();
    }

    Frame frame(long gfn) {
        Page page = pages.get(gfn);
        return page == null ? null : page.frame();
    }
}
