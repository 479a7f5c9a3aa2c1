/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.memory;

import org.jspecify.annotations.Nullable;

/**
 * Pages that went away, kept for those that come: pages that go and come all the time cost no allocation. A few only, so
 * that a machine keeps hardly more memory than its guest makes use of.
 */
final class SparePages {
    private static final int LIMIT = 64;

    private final @Nullable RamPage[] pages = new RamPage[LIMIT];
    private int size;

    /** Keeps a page that nobody has cached any more. */
    void add(RamPage page) {
        if (size < LIMIT) {
            pages[size++] = page;
        }
    }

    /** Returns a page whose bytes may be anything. */
    RamPage take(long address) {
        RamPage page = size == 0 ? null : pages[--size];
        if (page == null) {
            return new RamPage(address);
        }
        pages[size] = null;
        page.moveTo(address);
        return page;
    }
}
