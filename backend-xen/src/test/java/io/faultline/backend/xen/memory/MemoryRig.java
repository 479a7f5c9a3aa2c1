/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.memory;

import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.xen.hypercall.Hypercall;
import io.faultline.backend.xen.ring.FakeCaller;
import io.faultline.backend.xen.ring.Pages;

/** The memory of domain 5; there are domains 0 and 7, too. */
final class MemoryRig {
    static final int SELF = 0x7FF0;
    static final long AT = FakeCaller.BASE;
    static final int FRAMES = 4;

    final FakeMap map = new FakeMap();
    final Pages pages = new Pages();
    final Frame sharedInfo = pages.page(0);
    final Frame[] grantFrames = {pages.page(1), pages.page(2), pages.page(3), pages.page(4)};
    final KnownDomains domains = new KnownDomains() {
        @Override
        public int own() {
            return 5;
        }

        @Override
        public boolean exists(int domain) {
            return domain == 0 || domain == 5 || domain == 7;
        }
    };
    final SharedFrames frames;
    final GrantTable grants = new GrantTable(grantFrames);
    final Reservation reservation = new Reservation(FakeMap.PAGES);
    final MemoryOp memory;
    final GrantTableOp grant;
    final FakeCaller caller = new FakeCaller();

    MemoryRig() {
        this(MemorySettings.Remap.BUSY);
    }

    MemoryRig(MemorySettings.Remap remap) {
        frames = new SharedFrames(map, remap, sharedInfo, grantFrames);
        memory = new MemoryOp(map, frames, grants, reservation, domains);
        grant = new GrantTableOp(grants, frames, domains);
    }

    long add(int domain, int space, long index, long gfn) {
        caller.put16(AT, domain)
                .put16(AT + 2, 0)
                .put32(AT + 4, space)
                .put64(AT + 8, index)
                .put64(AT + 16, gfn);
        return caller.call(memory, 7, AT);
    }

    long remove(int domain, long gfn) {
        caller.put16(AT, domain).put64(AT + 8, gfn);
        return caller.call(memory, 15, AT);
    }

    /** A reservation with a list of frame numbers behind it. */
    MemoryRig reservation(int domain, long extents, int order, int flags, long... gfns) {
        caller.put64(AT, AT + 64)
                .put64(AT + 8, extents)
                .put32(AT + 16, order)
                .put32(AT + 20, flags)
                .put16(AT + 24, domain);
        for (int i = 0; i < gfns.length; i++) {
            caller.put64(AT + 64 + 8 * i, gfns[i]);
        }
        return this;
    }

    long call(Hypercall call, long... arguments) {
        return caller.call(call, arguments);
    }
}
