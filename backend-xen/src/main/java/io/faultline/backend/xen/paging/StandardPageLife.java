/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

import io.faultline.api.arm64.PageSize;
import io.faultline.backend.xen.hypercall.XenError;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/**
 * The steps as mem_paging makes them.
 *
 * <p>A nominated page is out of the guest's reach at once, for reading as well: that is how an access is noticed.
 */
public final class StandardPageLife implements PageLife {
    private final PagedPages pages;
    private final PageFrames frames;

    @Inject
    StandardPageLife(PagedPages pages, PageFrames frames) {
        this.pages = pages;
        this.frames = frames;
    }

    @Override
    public int nominate(long gfn) {
        long page = pages.address(gfn);
        if (page < 0 || pages.type(gfn) != null || !frames.isTakeable(page)) {
            return -XenError.EBUSY;
        }
        pages.put(gfn, PageType.PAGING_OUT, frames.take(page));
        return 0;
    }

    @Override
    public int evict(long gfn) {
        if (pages.type(gfn) != PageType.PAGING_OUT || frames.isThere(pages.address(gfn))) {
            return -XenError.EBUSY;
        }
        pages.put(gfn, PageType.PAGED, null);
        return 0;
    }

    @Override
    public int prepare(long gfn, byte @Nullable [] content) {
        PageType type = pages.type(gfn);
        if (type == null || type == PageType.PAGING_OUT) {
            return -XenError.ENOENT;
        }
        long page = pages.address(gfn);
        byte @Nullable [] frame = pages.frame(gfn);
        if (!frames.isThere(page)) {
            byte @Nullable [] source = frame == null ? content : frame;
            if (source == null) {
                return -XenError.EINVAL;
            }
            if (source.length != PageSize.BYTES) {
                return -XenError.EFAULT;
            }
            frames.give(page, source);
        }
        pages.forget(gfn);
        return 0;
    }
}
