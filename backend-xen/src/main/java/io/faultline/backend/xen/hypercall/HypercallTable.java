/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.hypercall;

import java.util.Arrays;
import java.util.Map;

/** The hypercalls by number (xen.md 1.2). What is not in the table does not exist: ENOSYS (XEN-002, XEN-013). */
final class HypercallTable {
    /** Numbers above are never in the table. */
    static final int SIZE = 64;

    static final int MULTICALL = 13;

    private static final Hypercall NONE = caller -> -XenError.ENOSYS;

    private final Hypercall[] calls = new Hypercall[SIZE];
    private final Hypercall other;

    /**
     * Makes the table.
     *
     * @param present number to hypercall, without multicall
     */
    HypercallTable(Map<Integer, Hypercall> present, HypercallDecoration decoration) {
        Arrays.fill(calls, NONE);
        present.forEach((number, call) -> calls[number] = call);
        calls[MULTICALL] = new Multicall(this);
        for (int number = 0; number < SIZE; number++) {
            calls[number] = decoration.decorate(number, calls[number]);
        }
        other = decoration.decorate(HypercallDecoration.ANY_OTHER, NONE);
    }

    /** The whole register counts: 2^32 + 32 is no number (XEN-002). */
    Hypercall get(long number) {
        return number >= 0 && number < SIZE ? calls[(int) number] : other;
    }
}
