/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.execute;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A straight line of decoded operations within one page, up to a branch, an instruction for the PE, the end of the page
 * or {@link #LIMIT} instructions.
 *
 * <p>The position of an operation is that of its instruction: instruction i of a block at address a is at a + 4 i.
 * Addresses in a block are relative to its start, so the block does not depend on where its page is mapped.
 */
final class Block {
    /** Most instructions in a block. */
    static final int LIMIT = 64;

    /** Operations; the last one ends the block. */
    final int[] code;
    /** Immediates, one for each operation. */
    final long[] immediates;
    /** Number of instructions. */
    int length;
    /** Distance from the start of the block to the target of its last instruction if that is a direct branch. */
    long takenOffset;
    /** Whether successors may be remembered. */
    final boolean linkable;

    /** Successor if the branch is taken; only within the same page. */
    @Nullable
    Block taken;
    /** Successor otherwise; only within the same page. */
    @Nullable
    Block next;

    Block(int[] code, long[] immediates, int length, long takenOffset, boolean linkable) {
        this.code = code;
        this.immediates = immediates;
        this.length = length;
        this.takenOffset = takenOffset;
        this.linkable = linkable;
    }

    /** Makes whoever executes or enters this block look it up again at the next instruction. */
    void discard() {
        Arrays.fill(code, Op.STALE);
        taken = null;
        next = null;
    }
}
