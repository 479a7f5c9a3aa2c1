/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.execute;

import io.faultline.api.arm64.PageSize;
import io.faultline.hwmodel.memory.RamPage;
import io.faultline.hwmodel.memory.WriteWatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The blocks that begin in one page. A write to an instruction of any of them discards all of them; a write to other
 * bytes of the page (data next to code) does not.
 */
final class CodePage implements WriteWatch {
    private static final int WORDS = PageSize.BYTES / 4;

    private final CodeCache cache;
    private final RamPage page;
    /** Block that begins at each word. */
    private final @Nullable Block[] byWord = new Block[WORDS];
    /** One bit for each word that was decoded into some block. */
    private final long[] decoded = new long[WORDS / Long.SIZE];

    private final List<Block> blocks = new ArrayList<>();
    private int size;

    CodePage(CodeCache cache, RamPage page) {
        this.cache = cache;
        this.page = page;
    }

    RamPage page() {
        return page;
    }

    /** Returns the block that begins at an address, decoding it if need be. */
    Block block(long address) {
        int word = (int) address >>> 2 & WORDS - 1;
        Block known = byWord[word];
        return known != null ? known : decode(word);
    }

    private Block decode(int word) {
        cache.makeRoom();
        Block block = Translator.block(page.bytes(), word * 4);
        cache.added(this, blocks.isEmpty(), block.length);
        size += block.length;
        blocks.add(block);
        byWord[word] = block;
        for (int i = word; i < word + block.length; i++) {
            decoded[i / Long.SIZE] |= 1L << i;
        }
        return block;
    }

    @Override
    public boolean isActive() {
        return !blocks.isEmpty();
    }

    @Override
    public void written(int offset, int length) {
        for (int word = offset >>> 2; word <= offset + length - 1 >>> 2; word++) {
            if ((decoded[word / Long.SIZE] & 1L << word) != 0) {
                cache.removed(this, size);
                discard();
                return;
            }
        }
    }

    void discard() {
        for (Block block : blocks) {
            block.discard();
        }
        blocks.clear();
        size = 0;
        Arrays.fill(byWord, null);
        Arrays.fill(decoded, 0);
    }
}
