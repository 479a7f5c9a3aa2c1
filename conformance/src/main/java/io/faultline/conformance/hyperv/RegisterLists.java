/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

import io.faultline.conformance.scenario.GuestBlock;

/** The blocks of Get and Set for several registers, in memory and in registers. */
final class RegisterLists {
    private RegisterLists() {}

    private static GuestBlock header(GuestBlock block) {
        return block.quad(0, Hyperv.SELF).word(8, Hyperv.SELF_VP).word(12, 0);
    }

    /** Fills the input of Get. */
    static GuestBlock get(GuestBlock block, int... names) {
        header(block);
        for (int i = 0; i < names.length; i++) {
            block.word(Hyperv.GET_HEADER + 4 * i, names[i]);
        }
        return block;
    }

    /** Fills the input of Set with names and values, one after the other. */
    static GuestBlock set(GuestBlock block, long... namesAndValues) {
        header(block);
        for (int i = 0; i < namesAndValues.length / 2; i++) {
            int at = Hyperv.GET_HEADER + Hyperv.SET_ELEMENT * i;
            block.quad(at, namesAndValues[2 * i])
                    .quad(at + 8, 0)
                    .quad(at + 16, namesAndValues[2 * i + 1])
                    .quad(at + 24, 0);
        }
        return block;
    }

    /** The arguments of a fast Get. */
    static long[] fastGet(int... names) {
        long[] words = new long[2 + (names.length + 1) / 2];
        words[0] = Hyperv.SELF;
        words[1] = Hyperv.SELF_VP;
        for (int i = 0; i < names.length; i++) {
            words[2 + i / 2] |= (names[i] & 0xFFFF_FFFFL) << 32 * (i % 2);
        }
        return words;
    }

    /** The arguments of a fast Set of names and values, one after the other. */
    static long[] fastSet(long... namesAndValues) {
        int count = namesAndValues.length / 2;
        long[] words = new long[2 + 4 * count];
        words[0] = Hyperv.SELF;
        words[1] = Hyperv.SELF_VP;
        for (int i = 0; i < count; i++) {
            words[2 + 4 * i] = namesAndValues[2 * i];
            words[2 + 4 * i + 2] = namesAndValues[2 * i + 1];
        }
        return words;
    }
}
