/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.execute;

import io.faultline.api.arm64.PageSize;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Where the instructions of one access context come from: direct-mapped from virtual pages to pages of decoded code. */
final class FetchBank {
    private static final int ENTRIES = 256;
    /** What is compared: the page, and the two low bits, which are zero in an aligned address. */
    private static final long TAG = ~(PageSize.OFFSET_MASK & ~3L);

    private static final long EMPTY = PageSize.OFFSET_MASK;
    private static final long PAGE_BITS = 0x00FF_FFFF_FFFF_F000L;

    private final long[] tags = new long[ENTRIES];
    private final @Nullable CodePage[] pages = new CodePage[ENTRIES];

    FetchBank() {
        clear();
    }

    private static int entry(long pc) {
        return (int) (pc >>> PageSize.SHIFT) & ENTRIES - 1;
    }

    @Nullable
    CodePage find(long pc) {
        int entry = entry(pc);
        return tags[entry] == (pc & TAG) ? pages[entry] : null;
    }

    void remember(long pc, CodePage page) {
        int entry = entry(pc);
        tags[entry] = pc & ~PageSize.OFFSET_MASK;
        pages[entry] = page;
    }

    /** Forgets the pages of a mapping: one, or all within a larger one. */
    void forget(long address, long mask) {
        if (mask == -PageSize.BYTES) {
            int entry = entry(address);
            if (((tags[entry] ^ address) & PAGE_BITS) == 0) {
                tags[entry] = EMPTY;
            }
            return;
        }
        for (int i = 0; i < ENTRIES; i++) {
            if (((tags[i] ^ address) & mask & PAGE_BITS) == 0) {
                tags[i] = EMPTY;
            }
        }
    }

    void clear() {
        Arrays.fill(tags, EMPTY);
    }
}
