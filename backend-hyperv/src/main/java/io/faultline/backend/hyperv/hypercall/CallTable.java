/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.hypercall;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls by their codes. */
final class CallTable {
    private final int[] codes;
    private final Hypercall[] calls;

    CallTable(List<Hypercall> known) {
        calls = known.toArray(new Hypercall[0]);
        Arrays.sort(calls, (a, b) -> Integer.compare(a.shape().code(), b.shape().code()));
        codes = new int[calls.length];
        for (int i = 0; i < calls.length; i++) {
            codes[i] = calls[i].shape().code();
            if (i > 0 && codes[i] == codes[i - 1]) {
                throw new IllegalArgumentException("two calls have code 0x" + Integer.toHexString(codes[i]));
            }
        }
    }

    @Nullable
    Hypercall find(int code) {
        int at = Arrays.binarySearch(codes, code);
        return at < 0 ? null : calls[at];
    }
}
