/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.execute;

import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.memory.RamPage;
import java.util.ArrayList;
import java.util.List;

/**
 * The blocks of all PEs of a machine. It is bounded: when it is full, everything is discarded, so that a guest cannot
 * make it grow by jumping about.
 */
public final class CodeCache {
    /** Operations in all blocks together, 12 bytes each. */
    private static final int CAPACITY = 2_000_000;

    private final GuestRam ram;
    private final List<CodePage> pages = new ArrayList<>();
    private int size;

    /**
     * Makes an empty cache.
     *
     * @param ram where the code is
     */
    public CodeCache(GuestRam ram) {
        this.ram = ram;
    }

    /** Returns the blocks of a page. */
    CodePage page(RamPage page) {
        if (page.watch().orElse(null) instanceof CodePage known) {
            return known;
        }
        CodePage fresh = new CodePage(this, page);
        page.watch(fresh);
        return fresh;
    }

    /** Accounts for a new block; called by the page that gets it. */
    void added(CodePage page, boolean firstOfPage, int length) {
        if (firstOfPage) {
            pages.add(page);
            ram.forget(page.page());
        }
        size += length;
    }

    /** Makes room before a block is added. */
    void makeRoom() {
        if (size + Block.LIMIT > CAPACITY) {
            for (CodePage page : new ArrayList<>(pages)) {
                page.discard();
            }
            pages.clear();
            size = 0;
        }
    }

    void removed(CodePage page, int length) {
        pages.remove(page);
        size -= length;
    }

    /** Returns the number of operations in all blocks. */
    int size() {
        return size;
    }
}
