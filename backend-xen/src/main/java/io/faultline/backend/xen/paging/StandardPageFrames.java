/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.backend.core.machine.Host;
import io.faultline.hwmodel.mmu.Stage2;
import java.util.Objects;
import java.util.function.Supplier;

/** Pages of the machine: an absent page of the RAM is one that is away, whoever took it. */
public final class StandardPageFrames implements PageFrames {
    private final Host host;
    private final Supplier<AsyncPageFaults> absentPages;

    /**
     * Makes the view.
     *
     * @param host the machine
     * @param absentPages what takes pages away and brings them in; not asked before the first page is taken
     */
    public StandardPageFrames(Host host, Supplier<AsyncPageFaults> absentPages) {
        this.host = Objects.requireNonNull(host, "host");
        this.absentPages = Objects.requireNonNull(absentPages, "absentPages");
    }

    @Override
    public boolean isTakeable(long page) {
        return host.ram().isResident(page) && host.stage2().permissions(page) == Stage2.ALL && !host.isPinned(page);
    }

    @Override
    public boolean isThere(long page) {
        return host.ram().isResident(page);
    }

    @Override
    public byte[] take(long page) {
        return absentPages.get().evict(page);
    }

    @Override
    public void give(long page, byte[] content) {
        absentPages.get().complete(page, content);
    }

    @Override
    public void release(long page, byte[] content) {
        host.ram().makeResident(page, content);
    }
}
