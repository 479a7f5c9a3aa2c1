/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import io.faultline.api.paging.MemoryPager;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/** The pager's side of whichever domain a machine is. */
record XenPager(Supplier<? extends MemoryPager> domain) implements MemoryPager {
    @Override
    public int enable() {
        return domain.get().enable();
    }

    @Override
    public int disable() {
        return domain.get().disable();
    }

    @Override
    public boolean isEnabled() {
        return domain.get().isEnabled();
    }

    @Override
    public int version() {
        return domain.get().version();
    }

    @Override
    public ByteBuffer ring() {
        return domain.get().ring();
    }

    @Override
    public int resume() {
        return domain.get().resume();
    }

    @Override
    public int nominate(long gfn) {
        return domain.get().nominate(gfn);
    }

    @Override
    public int read(long gfn, byte[] target) {
        return domain.get().read(gfn, target);
    }

    @Override
    public int evict(long gfn) {
        return domain.get().evict(gfn);
    }

    @Override
    public int prepare(long gfn, byte[] content) {
        return domain.get().prepare(gfn, content);
    }

    @Override
    public int prepare(long gfn) {
        return domain.get().prepare(gfn);
    }

    @Override
    public int populate(long gfn) {
        return domain.get().populate(gfn);
    }

    @Override
    public int pagedOut() {
        return domain.get().pagedOut();
    }

    @Override
    public int pauses(int vcpu) {
        return domain.get().pauses(vcpu);
    }

    @Override
    public long ignoredAnswers() {
        return domain.get().ignoredAnswers();
    }
}
